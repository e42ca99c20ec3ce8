// The results of `check` as JUnit XML, which CI servers list as tests.
import type { CheckResult, Outcome } from '../../records/budget.ts';
import { gotText, limitText, subjectOf, verdictText } from './check-text.ts';

/** What XML 1.0 has no way to write, not even escaped (section 2.2), and what its readers make spaces of. */
const IMPOSSIBLE = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for a quoted attribute. */
function attribute(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

function testCase(outcome: Outcome): string {
  const { limit, at_most, verdict, seconds } = outcome;
  const head = `    <testcase classname="${attribute(subjectOf(outcome))}" name="${limit} at most ${at_most}" time="${(seconds ?? 0).toFixed(3)}"`;
  if (verdict === 'kept') return `${head}/>`;
  // What is not decided has failed to be tested.
  const [tag, type] = verdict === 'broken' ? ['failure', 'limit'] : ['error', 'inconclusive'];
  const message = `got ${gotText(outcome)}, at most ${limitText(limit, at_most)}: ${verdictText(outcome)}`;
  return `${head}>\n      <${tag} type="${type}" message="${attribute(message)}"/>\n    </testcase>`;
}

/** One suite, a test for each limit: broken ones failed, open ones in error. */
export function junitXml({ budget_file, outcomes, broken, inconclusive }: CheckResult): string {
  const seconds = outcomes.reduce((sum, each) => sum + (each.seconds ?? 0), 0);
  const counts = `tests="${outcomes.length}" failures="${broken}" errors="${inconclusive}" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="morphline check" ${counts}>`,
    `  <testsuite name="${attribute(budget_file)}" ${counts} skipped="0">`,
    ...outcomes.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
