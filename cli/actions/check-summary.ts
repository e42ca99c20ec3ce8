// The results of `check` as Markdown, for the summary of a step on GitHub.
import type { CheckResult, Outcome } from '../../records/budget.ts';
import { oneLine } from '../../records/one-line.ts';
import { gotText, limitText, subjectOf, verdictText } from './check-text.ts';

/** Text that Markdown reads as letters, whatever it is: all but plain letters, digits and spaces by their numbers. */
function plain(text: string): string {
  return oneLine(text).replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)};`);
}

const MARKS: Readonly<Record<Outcome['verdict'], string>> = { kept: '✅', broken: '❌', inconclusive: '❔' };

function row(outcome: Outcome): string {
  const { limit, at_most, verdict } = outcome;
  const cells = [
    MARKS[verdict],
    plain(subjectOf(outcome)),
    `\`${limit}\``,
    gotText(outcome),
    limitText(limit, at_most),
    verdictText(outcome),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A heading that says it all, and a table; what is not kept first. */
export function stepSummary({ budget_file, outcomes, kept, broken, inconclusive }: CheckResult): string {
  const order: readonly Outcome['verdict'][] = ['broken', 'inconclusive', 'kept'];
  const sorted = order.flatMap((verdict) => outcomes.filter((each) => each.verdict === verdict));
  const title =
    broken > 0
      ? `over budget: ${broken} of ${outcomes.length} limits broken`
      : inconclusive > 0
        ? `not decided: ${inconclusive} of ${outcomes.length} limits`
        : `${kept} limits kept`;
  return [
    `### Latency budget ${plain(budget_file)}: ${title}`,
    '',
    '| | model | limit | got | at most | |',
    '| - | - | - | - | - | - |',
    ...sorted.map(row),
    '',
    '',
  ].join('\n');
}
