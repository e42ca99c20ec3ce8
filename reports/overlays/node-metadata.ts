// What is said of a node of an ONNX file whose kernels were measured, as texts for Netron's side bar.
import type { ProfiledLayer } from '../../experiments/profile/network-profile.ts';
import { percent, significant } from '../number-format.ts';

/** A number with a prefix of its unit. */
function prefixed(value: number, unit: string): string {
  const [limit, prefix] = (
    [
      [1e9, 'G'],
      [1e6, 'M'],
      [1e3, 'k'],
    ] as const
  ).find(([least]) => value >= least) ?? [1, ''];
  return `${significant(value / limit)} ${prefix}${unit}`;
}

const sum = (rows: readonly ProfiledLayer[], of: (row: ProfiledLayer) => number | null) =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0);

/**
 * Texts by key; times and shares of a fused node stand at the node that its kernel is named after.
 * @param rows the kernels of the node
 */
export function nodeMetadata(rows: readonly ProfiledLayer[], isFused: boolean): Record<string, string> {
  const kernel = rows.map(({ kind }) => kind).join(' + ');
  if (isFused)
    return { 'morphline.fused_into': rows.map(({ name }) => name).join(' + '), 'morphline.kernel': kernel };
  const us = sum(rows, ({ latency_us }) => latency_us);
  const flops = sum(rows, (row) => row.flops);
  const predictedUs = sum(rows, ({ predicted_us }) => predicted_us);
  const bounds = [...new Set(rows.flatMap(({ bound }) => bound ?? []))].join(' + ');
  return {
    'morphline.time': us >= 1e3 ? `${significant(us / 1e3)} ms` : `${significant(us)} µs`,
    'morphline.share': percent(sum(rows, ({ share }) => share)),
    'morphline.kernel': kernel,
    ...(flops > 0
      ? {
          'morphline.flops': prefixed(flops, 'FLOP'),
          'morphline.rate': `${significant(flops / us / 1e3)} GFLOP/s`,
        }
      : {}),
    ...(rows.every(({ bytes }) => bytes === null)
      ? {}
      : {
          'morphline.bytes': prefixed(
            sum(rows, ({ bytes }) => bytes),
            'B',
          ),
        }),
    ...(predictedUs > 0 ? { 'morphline.predicted': `${significant(predictedUs)} µs` } : {}),
    ...(bounds === '' ? {} : { 'morphline.bound': bounds }),
  };
}
