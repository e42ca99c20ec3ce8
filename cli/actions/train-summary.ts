// The networks of a training run side by side, as a terminal shows them.
import pc from 'picocolors';
import type { TrainResult } from '../../records/training.ts';
import { duration, engineering, percent, table } from '../terminal.ts';

/** What choosing widths for the device gained, in words; nothing where it was not asked for. */
function gainText({ chosen_by: by, gain, multiple_of: multiple }: TrainResult): string {
  if (gain === null || gain === undefined) return '';
  const what =
    by === 'knapsack'
      ? 'importance than the channels above one threshold have'
      : `channels than an expansion to any counts has (multiples of ${multiple})`;
  return `the ${by} kept ${percent(Math.abs(gain))} ${gain < 0 ? 'less' : 'more'} ${what}, at the same predicted cost`;
}

export function trainSummary(result: TrainResult): string {
  const rows = result.networks.map((each) => [
    each.name === 'multiplier' ? `width multiplier ${result.multiplier.toFixed(3)}` : each.name,
    percent(each.test_accuracy, 2),
    duration(each.predicted_latency_us),
    duration(each.measured_latency_us),
    `${each.predicted_speedup.toFixed(2)}×`,
    `${each.measured_speedup.toFixed(2)}×`,
    engineering(each.flops),
    engineering(each.parameters),
  ]);
  const head = [
    'network',
    'test accuracy',
    'predicted',
    'measured',
    'speed-up (pred.)',
    '(meas.)',
    'FLOPs',
    'weights',
  ];
  return [
    `${pc.bold(result.network)} on ${result.data.name}, target ${result.target}: budget ${result.budget.toPrecision(4)} ${result.cost_unit}, ω = ${result.omega.toFixed(3)}${result.multiple_of > 1 ? ` (multiples of ${result.multiple_of})` : ''}`,
    '',
    table(head, rows),
    '',
    ...[gainText(result)].filter((text) => text !== ''),
    pc.dim(`trained on ${result.trained_on}; measured on ${result.measured_on}`),
  ].join('\n');
}
