// Chart: achieved bandwidth of kernels without FLOPs, one row per op.
import { groupBy } from '../../records/group-by.ts';
import type { KernelRecord } from '../../records/measurements.ts';
import { colour } from '../palette.ts';
import { logScale } from './log-scale.ts';
import { numberFact, textFact } from './series.ts';
import { type ChartSpec, NUMBER_LABEL } from './theme.ts';

/** Fraction of the golden ratio: its multiples fill [0, 1) evenly, and the same way every time. */
const GOLDEN = 0.618033988749895;
const ROW_HEIGHT = 30;
/** Of axis labels, about: Vega overestimates it. */
const LETTER_WIDTH = 6.6;

/** Bytes that a kernel reads and writes per time, in GB/s. */
export function trafficGBps({ input_bytes, output_bytes, weight_bytes, latency_us }: KernelRecord): number {
  return (input_bytes + output_bytes + weight_bytes) / latency_us / 1e3;
}

/**
 * Kernels without FLOPs: achieved GB/s, logarithmic, one dot per kernel and one row per op, beside the fitted
 * bandwidth.
 */
export function trafficStrip(
  kernels: readonly KernelRecord[],
  bandwidthGBps: number,
  width: number,
): ChartSpec {
  const dots = kernels
    .map((kernel, i) => ({
      op: kernel.op,
      kernel: kernel.kernel,
      latency_us: kernel.latency_us,
      rate: trafficGBps(kernel),
      spread: (i * GOLDEN) % 1,
    }))
    .filter(({ rate }) => rate > 0 && Number.isFinite(rate));
  const ops = [...groupBy(dots, ({ op }) => op)]
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .map(([op]) => op);
  const { domain, ticks } = logScale([...dots.map(({ rate }) => rate), bandwidthGBps]);
  const extent = LETTER_WIDTH * Math.max(0, ...ops.map(({ length }) => length)) + 10;
  const labels = { minExtent: extent, maxExtent: extent };
  return {
    width,
    height: 66 + ROW_HEIGHT * ops.length,
    autosize: { type: 'fit', contains: 'padding' },
    encoding: {
      x: {
        type: 'quantitative',
        field: 'rate',
        scale: { type: 'log', domain, nice: false },
        axis: { values: ticks, labelExpr: NUMBER_LABEL, title: 'GB/s achieved →' },
      },
    },
    layer: [
      {
        data: { values: dots },
        mark: {
          type: 'point',
          shape: 'circle',
          filled: true,
          size: 9,
          fillOpacity: 0.4,
          color: colour('muted'),
        },
        encoding: {
          y: {
            field: 'op',
            type: 'nominal',
            sort: ops,
            axis: { title: null, grid: false, labelLimit: 0, ...labels },
          },
          tooltip: [textFact('kernel', 'kernel'), numberFact('latency_us', 'µs'), numberFact('rate', 'GB/s')],
          yOffset: { field: 'spread', type: 'quantitative', scale: { domain: [-0.3, 1.3] } },
        },
      },
      {
        data: { values: [{ rate: bandwidthGBps, text: `${bandwidthGBps.toPrecision(3)} GB/s` }] },
        layer: [
          { mark: { type: 'rule', color: colour('ink'), strokeWidth: 1.75 } },
          {
            mark: { type: 'text', color: colour('ink'), baseline: 'bottom', y: -6 },
            encoding: { text: { field: 'text', type: 'nominal' } },
          },
        ],
      },
    ],
  };
}
