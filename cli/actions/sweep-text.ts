// The methods of a sweep side by side, as a terminal shows them.
import pc from 'picocolors';
import type { SweepSummary } from '../../experiments/sweep/sweep-summary.ts';
import { engineering, percent, table } from '../terminal.ts';

export function sweepText(network: string, device: string, summary: SweepSummary): string {
  const rows = summary.groups.map((group) => [
    percent(group.budget, 0),
    `${group.method}${group.form === 'expanded' ? '' : `, ${group.form}`}`,
    percent(group.accuracy, 2),
    group.halfWidth === null ? '–' : `± ${(100 * group.halfWidth).toFixed(2)}`,
    percent(group.latencyShare, 1),
    engineering(group.flops),
    String(group.seeds),
  ]);
  const { speedups, seedAccuracy } = summary;
  const said =
    speedups === null
      ? ''
      : `\npredicted speed-ups of ${speedups.networks} networks are off by ${percent(speedups.median)} in the median, nine in ten by at most ${percent(speedups.p90)}`;
  return `${pc.bold(network)} on ${device}; the seed network: ${percent(seedAccuracy, 2)}\n\n${table(
    ['budget', 'method', 'accuracy', '95 %', 'measured', 'FLOPs', 'seeds'],
    rows,
  )}\n${said}`;
}
