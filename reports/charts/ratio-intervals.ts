// Chart: ratios of times with their intervals, around 1.
import { colour } from '../palette.ts';
import { logScale } from './log-scale.ts';
import { type ChartSpec, NUMBER_LABEL } from './theme.ts';

/** Ratios further from one another are drawn logarithmically. */
const FAR = 4;

/** A ratio, and how well it is known. */
export interface RatioInterval {
  readonly name: string;
  readonly ratio: number;
  /** Null where nothing is known of it. */
  readonly low: number | null;
  readonly high: number | null;
  readonly colour: string;
}

/** One row each: a dot, its interval, and the line of 1. */
export function ratioIntervals(ratios: readonly RatioInterval[], width: number): ChartSpec {
  const names = ratios.map(({ name }) => name);
  const values = ratios.map(({ low, high, ...rest }) => ({
    ...rest,
    low: low ?? rest.ratio,
    high: high ?? rest.ratio,
  }));
  const [least, most] = [
    Math.min(1, ...values.map(({ low }) => low)),
    Math.max(1, ...values.map(({ high }) => high)),
  ];
  const margin = 0.06 * Math.max(most - least, 0.02);
  // Twice as fast and twice as slow are equally far from 1.
  const log = most / least > FAR ? logScale([least / 1.1, most * 1.1]) : null;
  const scale =
    log === null
      ? { domain: [least - margin, most + margin], zero: false, nice: false }
      : { type: 'log' as const, domain: log.domain, nice: false };
  const isNarrow = width < 500;
  const y = {
    field: 'name',
    type: 'nominal',
    sort: names,
    axis: {
      title: null,
      grid: false,
      labelFontSize: isNarrow ? 11 : 13,
      labelLimit: isNarrow ? 130 : 320,
      labelColor: colour('ink'),
    },
  } as const;
  const colours = [...new Set(ratios.map((each) => each.colour))];
  return {
    width,
    height: 46 + 30 * ratios.length,
    autosize: { type: 'fit', contains: 'padding' },
    layer: [
      {
        data: { values: [{ one: 1 }] },
        mark: { type: 'rule', color: colour('ink'), strokeDash: [3, 3] },
        encoding: { x: { field: 'one', type: 'quantitative' } },
      },
      {
        data: { values },
        mark: { type: 'rule', strokeWidth: 3 },
        encoding: {
          x: {
            field: 'low',
            type: 'quantitative',
            scale,
            axis: {
              title: 'time of B over time of A →',
              labelExpr: NUMBER_LABEL,
              ...(log === null ? { tickCount: 6 } : { values: log.ticks }),
            },
          },
          x2: { field: 'high' },
          y,
          color: {
            field: 'colour',
            type: 'nominal',
            scale: { domain: colours, range: colours },
            legend: null,
          },
        },
      },
      {
        data: { values },
        mark: { type: 'point', shape: 'circle', filled: true, size: 70, opacity: 1 },
        encoding: {
          x: { field: 'ratio', type: 'quantitative' },
          y,
          color: {
            field: 'colour',
            type: 'nominal',
            scale: { domain: colours, range: colours },
            legend: null,
          },
          tooltip: [
            { field: 'name', type: 'nominal', title: 'B' },
            { field: 'ratio', type: 'quantitative', title: 'ratio', format: '.3f' },
            { field: 'low', type: 'quantitative', title: 'from', format: '.3f' },
            { field: 'high', type: 'quantitative', title: 'to', format: '.3f' },
          ],
        },
      },
    ],
  };
}
