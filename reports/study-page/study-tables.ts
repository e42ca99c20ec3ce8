// The tables of a study's analysis as text in cells; docs/study.md and `study --analyze` draw the same ones.
import type { Estimate, StudyAnalysis } from '../../records/study-analysis.ts';
import { percent, signedPercent, significant, times } from '../number-format.ts';
import type { TextTable } from '../text-table.ts';
import { columnTitle } from './columns.ts';

/** Layers that are shown of each ranking. */
const SHOWN_LAYERS = 8;

function estimate(found: Estimate | null): string {
  if (found === null) return '–';
  const figure = (value: number) => value.toFixed(3).replace('-', '−');
  const range = found.interval === null ? '' : ` (${found.interval.map(figure).join(' … ')})`;
  return `${figure(found.value)}${range}`;
}

/** @param of those of all networks, or of the quiet ones */
export function correlationTable(analysis: StudyAnalysis, of: StudyAnalysis['correlations']): TextTable {
  const named = (column: string) => columnTitle(analysis, column);
  return {
    head: ['', 'Pearson', 'Spearman', 'Kendall τ-b'],
    rows: of.map(({ x, y, pearson, spearman, kendall }) => [
      `${named(x)} – ${named(y)}`,
      estimate(pearson),
      estimate(spearman),
      estimate(kendall),
    ]),
  };
}

function errorFigures(of: StudyAnalysis['prediction'][number]['raw']): string {
  if (of === null) return '–';
  const { mape, bias, within5, within10 } = of;
  return `${percent(mape)} (bias ${signedPercent(bias)}; ${percent(within5, 0)} / ${percent(within10, 0)})`;
}

/** @param predictions of all networks, or of the quiet ones */
export function errorTable(analysis: StudyAnalysis, predictions: StudyAnalysis['prediction']): TextTable {
  return {
    head: ['mean error of', 'as predicted', 'drift divided out', 'scaled by one factor'],
    rows: predictions.map(({ column, raw, drift_corrected, scaled }) => [
      columnTitle(analysis, column),
      ...[raw, drift_corrected, scaled].map(errorFigures),
    ]),
  };
}

export function spreadTable(analysis: StudyAnalysis): TextTable {
  const { median_p95_over_p5: ratios, noise_p95_over_p5: noise } = analysis.spread;
  return {
    head: ['latency', 'p95 / p5 at equal FLOPs'],
    rows: [
      ...Object.entries(ratios).map(([column, ratio]) => [columnTitle(analysis, column), times(ratio)]),
      ...(noise === null ? [] : [['noise of measuring alone', times(noise)]]),
    ],
  };
}

export function boundTable(analysis: StudyAnalysis): TextTable {
  return {
    head: ['share of predicted time', 'compute-bound', 'memory-bound', 'overhead-bound'],
    rows: analysis.bounds.map(({ column, compute, memory, overhead }) => [
      columnTitle(analysis, column),
      ...[compute, memory, overhead].map((share) => percent(share)),
    ]),
  };
}

export function regretTable(analysis: StudyAnalysis): TextTable {
  return {
    head: ['chosen by', 'with at least so many', 'latency', 'median', 'p95', 'most'],
    rows: analysis.regret.map(({ floor, chooser, latency, median, p95, max }) => [
      ...[chooser, floor, latency].map((column) => columnTitle(analysis, column)),
      ...[median, p95, max].map((each) => percent(each)),
    ]),
  };
}

export function cutTable(analysis: StudyAnalysis): TextTable {
  return {
    head: ['FLOPs cut', 'latency', 'speed-up (p5 … p95)', 'slower all the same'],
    rows: analysis.cuts.map(({ column, cut, speedup, slower }) => [
      percent(cut, 0),
      columnTitle(analysis, column),
      `${times(speedup.median)} (${times(speedup.p5)} … ${times(speedup.p95)})`,
      percent(slower),
    ]),
  };
}

/** The layers that explain most of what FLOPs leave of a latency. */
export function gapTable(
  analysis: StudyAnalysis,
  { latency, layers }: StudyAnalysis['gap'][number],
): TextTable {
  return {
    head: [`what FLOPs leave of ${columnTitle(analysis, latency)}`, 'kind', 'share', 'mean excess, µs'],
    rows: layers
      .slice(0, SHOWN_LAYERS)
      .map(({ name, kind, share, mean_excess_us }) => [
        name,
        kind,
        percent(share),
        significant(mean_excess_us),
      ]),
  };
}

/** Every layer of the full network on every device. */
export function layerTable(analysis: StudyAnalysis): TextTable {
  const columns = analysis.devices.map(({ column }) => column);
  const [first = '', ...others] = columns;
  const named = (column: string) => columnTitle(analysis, column);
  const figure = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : significant(value);
  return {
    head: [
      'layer',
      'MFLOP',
      ...columns.map((column) => `${named(column)}, µs`),
      ...others.map((column) => `${named(column)} / ${named(first)}`),
      ...columns.map((column) => `${named(column)}, ns per MFLOP`),
    ],
    rows: analysis.layers.map(({ layer, flops, devices }) => {
      const of = (column: string) => devices.find((each) => each.column === column);
      const base = of(first)?.us;
      return [
        layer,
        significant(flops / 1e6),
        ...columns.map((column) => figure(of(column)?.us)),
        ...others.map((column) => {
          const us = of(column)?.us;
          return us && base ? figure(us / base) : '–';
        }),
        ...columns.map((column) => figure(of(column)?.ns_per_mflop)),
      ];
    }),
  };
}
