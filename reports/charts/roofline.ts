// Chart: achieved rate over arithmetic intensity, one dot per kernel, under the roof.
import { significant } from '../number-format.ts';
import { colour } from '../palette.ts';
import type { KernelGroup } from './kernel-groups.ts';
import { logScale } from './log-scale.ts';
import { HIDDEN_SERIES, numberFact, SEARCHED, SHOWN_SERIES, searchedIn, textFact, ZOOM } from './series.ts';
import { type ChartSpec, NUMBER_LABEL, Y_LABELS } from './theme.ts';

/** What the roof is made of: GFLOP/s and GB/s. */
export interface Roof {
  readonly computeRateGflops: number;
  readonly bandwidthGBps: number;
}

/**
 * The roofline: arithmetic intensity against achieved GFLOP/s, both logarithmic, one dot per kernel as large as its time, under
 * min(bandwidth × intensity, compute rate).
 * @param groups kernels with FLOPs; others are left out
 */
export function rooflineChart(groups: readonly KernelGroup[], roof: Roof, width: number): ChartSpec {
  const dots = groups.flatMap(({ name, kernels }) =>
    kernels
      .filter(({ flops, latency_us }) => flops > 0 && latency_us > 0)
      .map(({ kernel, kernel_class, flops, flops_per_byte, latency_us }) => ({
        group: name,
        kernel,
        kernel_class,
        latency_us,
        intensity: flops_per_byte,
        rate: flops / latency_us / 1e3,
      })),
  );
  const longest = Math.max(0, ...dots.map(({ latency_us }) => latency_us));
  const { computeRateGflops, bandwidthGBps } = roof;
  const ridge = computeRateGflops / bandwidthGBps;
  const x = logScale([...dots.map(({ intensity }) => intensity), ridge]);
  const y = logScale([...dots.map(({ rate }) => rate), computeRateGflops]);
  const [left, right] = x.domain;
  // The slope starts where it enters the chart, at the left or from below.
  const start = Math.max(left, y.domain[0] / bandwidthGBps);
  const corners = [
    { intensity: start, rate: bandwidthGBps * start },
    { intensity: ridge, rate: computeRateGflops },
    { intensity: right, rate: computeRateGflops },
  ];
  // Above the slope nothing is drawn: both labels end on it.
  const along = start ** 0.3 * ridge ** 0.7;
  const notes = [
    { intensity: ridge, rate: computeRateGflops, text: `${significant(computeRateGflops)} GFLOP/s` },
    { intensity: along, rate: bandwidthGBps * along, text: `${significant(bandwidthGBps)} GB/s` },
  ];
  return {
    width,
    height: width > 500 ? 430 : 300,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: '↑ GFLOP/s achieved' },
    params: [HIDDEN_SERIES, SEARCHED],
    encoding: {
      x: {
        field: 'intensity',
        type: 'quantitative',
        scale: { type: 'log', domain: x.domain, nice: false },
        axis: { values: x.ticks, labelExpr: NUMBER_LABEL, title: 'FLOPs per byte →' },
      },
      y: {
        field: 'rate',
        type: 'quantitative',
        scale: { type: 'log', domain: y.domain, nice: false },
        axis: { values: y.ticks, labelExpr: NUMBER_LABEL, title: null, ...Y_LABELS },
      },
    },
    layer: [
      {
        data: { values: dots },
        params: [ZOOM],
        transform: [SHOWN_SERIES, searchedIn('kernel', 'kernel_class')],
        mark: { type: 'point', shape: 'circle', filled: true, fillOpacity: 0.5 },
        encoding: {
          color: {
            field: 'group',
            type: 'nominal',
            scale: { domain: groups.map(({ name }) => name), range: groups.map((group) => group.colour) },
            legend: null,
          },
          // Equal areas are equal times; a kernel of no time is still seen.
          size: {
            field: 'latency_us',
            type: 'quantitative',
            scale: { domain: [0, longest], range: width > 500 ? [8, 220] : [5, 110] },
            legend: null,
          },
          tooltip: [
            textFact('kernel', 'kernel'),
            textFact('kernel_class', 'class'),
            numberFact('latency_us', 'µs'),
            numberFact('rate', 'GFLOP/s'),
            numberFact('intensity', 'FLOPs per byte'),
          ],
        },
      },
      {
        data: { values: corners },
        mark: { type: 'line', color: colour('ink'), strokeWidth: 1.75, strokeJoin: 'round' },
      },
      {
        data: { values: notes },
        mark: { type: 'text', align: 'right', baseline: 'bottom', dx: -2, dy: -4, color: colour('ink') },
        encoding: { text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}
