// What `check` prints: a line for each limit that is broken or open, and how many are kept.
import pc from 'picocolors';
import type { ChangedLimit } from '../../experiments/check/check-budget.ts';
import type { CheckResult, LimitName, Outcome } from '../../records/budget.ts';
import { oneLine } from '../../records/one-line.ts';
import { duration, engineering, percent } from '../terminal.ts';

/** A value of a limit with its unit. */
export function limitText(limit: LimitName, value: number): string {
  switch (limit) {
    case 'predicted_latency_us':
      return duration(value);
    case 'measured_latency_ratio':
      return value.toFixed(3);
    case 'memory_bytes':
    case 'size_bytes':
      return `${engineering(value)}${value >= 1e3 ? '' : ' '}B`;
    case 'flops':
    case 'parameters':
      return engineering(value);
    default:
      return limit satisfies never;
  }
}

/** Of what: the model, its device, its baseline; not escaped. */
export function subjectOf({ model, device, baseline }: Outcome): string {
  const on = device === null ? '' : ` on ${device}`;
  return baseline === null ? `${model}${on}` : `${model}${on} against ${baseline}`;
}

/** What was got, of a measured ratio with its interval. */
export function gotText({ limit, got, low, high }: Outcome): string {
  const interval = low === null || high === null ? '' : ` (95 %: ${low.toFixed(3)} … ${high.toFixed(3)})`;
  return `${limitText(limit, got)}${interval}`;
}

/** What became of a limit, and by how much: no text of others is in it. */
export function verdictText(outcome: Outcome): string {
  const { verdict, over, decided_by } = outcome;
  if (verdict === 'inconclusive') return `not decided; what decides it: ${decided_by ?? 'more time'}`;
  if (verdict === 'broken') return `${percent(over, Math.abs(over) < 1e-3 ? 4 : 1)} over`;
  return over === 0 ? 'kept' : `kept, ${percent(-over)} below`;
}

function line(outcome: Outcome): string {
  const { limit, at_most, verdict } = outcome;
  // Names of others at the beginning of a line could be commands to what reads the log, such as ::error:: on GitHub.
  const text = `${limit} of ${oneLine(subjectOf(outcome))}: ${gotText(outcome)}, at most ${limitText(limit, at_most)}: ${verdictText(outcome)}`;
  return verdict === 'broken' ? pc.red(text) : pc.yellow(text);
}

/** A line for each limit that is not kept, and the counts. */
export function checkText(result: CheckResult): string {
  const { outcomes, kept, broken, inconclusive } = result;
  const counts = [
    `${kept} of ${outcomes.length} limits kept`,
    ...(broken > 0 ? [`${broken} broken`] : []),
    ...(inconclusive > 0 ? [`${inconclusive} not decided`] : []),
  ];
  return [...outcomes.filter(({ verdict }) => verdict !== 'kept').map(line), counts.join(', ')].join('\n');
}

/** What `--update` wrote. */
export function changedText(changes: readonly ChangedLimit[], file: string): string {
  const changed = changes.filter(({ before, value }) => before !== value);
  const lines = changed.map(({ title, limit, before, value }) => {
    const was = before === null ? 'none' : limitText(limit, before);
    return `${limit} of ${oneLine(title)}: ${was} → ${limitText(limit, value)}`;
  });
  const counts = `${changed.length} of ${changes.length} limits changed in ${oneLine(file)}`;
  return [...lines, counts].join('\n');
}
