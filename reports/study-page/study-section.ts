import type { RunFile } from '../../records/run-file.ts';
import type { StudyRecord } from '../../records/study.ts';
import type { Estimate, StudyAnalysis } from '../../records/study-analysis.ts';
import { instant, integer, percent, signedPercent, significant, times } from '../number-format.ts';
import { columnTitle } from './columns.ts';
import { findings } from './study-findings.ts';

/** A study as its committed folder has it. */
export interface PageStudy {
  /** Name of its folder. */
  readonly name: string;
  readonly run: Pick<RunFile, 'settings' | 'startedAt' | 'versions'>;
  readonly rows: readonly StudyRecord[];
  readonly analysis: StudyAnalysis;
}

/** A Markdown table; columns after the first to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function estimate(found: Estimate | null): string {
  if (found === null) return '–';
  const figure = (value: number) => value.toFixed(3).replace('-', '−');
  const range = found.interval === null ? '' : ` (${found.interval.map(figure).join(' … ')})`;
  return `${figure(found.value)}${range}`;
}

/** The command that made a study. */
function command({ run, analysis }: PageStudy): string {
  const { settings } = run;
  const devices = analysis.devices.map(({ kind, name }) => (kind === 'datasheet' ? name : 'device.json'));
  const measuring =
    analysis.measured === null
      ? ''
      : ` --measure ${analysis.networks} --rounds ${settings.rounds} --engine ${settings.engine} --threads ${settings.threads}`;
  const law = analysis.law === 'uniform' ? '' : ` --law ${analysis.law}`;
  return `morphline study --network ${analysis.network} --samples ${analysis.samples}${law} --batch ${analysis.batch} --seed ${analysis.seed} --device ${devices.join(' ')}${measuring}`;
}

function correlations(analysis: StudyAnalysis, of: StudyAnalysis['correlations']): string {
  const named = (column: string) => columnTitle(analysis, column);
  return table(
    ['', 'Pearson', 'Spearman', 'Kendall τ-b'],
    of.map(({ x, y, pearson, spearman, kendall }) => [
      `${named(x)} – ${named(y)}`,
      estimate(pearson),
      estimate(spearman),
      estimate(kendall),
    ]),
  );
}

function errors(analysis: StudyAnalysis, predictions: StudyAnalysis['prediction']): string {
  const metrics = (of: { mape: number; bias: number; within5: number; within10: number } | null) =>
    of === null
      ? '–'
      : `${percent(of.mape)} (bias ${signedPercent(of.bias)}; ${percent(of.within5, 0)} / ${percent(of.within10, 0)})`;
  return table(
    ['mean error of', 'as predicted', 'drift divided out', 'scaled by one factor'],
    predictions.map(({ column, raw, drift_corrected, scaled }) => [
      columnTitle(analysis, column),
      metrics(raw),
      metrics(drift_corrected),
      metrics(scaled),
    ]),
  );
}

function spread({
  spread: { median_p95_over_p5: ratios, noise_p95_over_p5: noise },
  ...analysis
}: StudyAnalysis): string {
  return table(
    ['latency', 'p95 / p5 at equal FLOPs'],
    [
      ...Object.entries(ratios).map(([column, ratio]) => [columnTitle(analysis, column), times(ratio)]),
      ...(noise === null ? [] : [['noise of measuring alone', times(noise)]]),
    ],
  );
}

function bounds(analysis: StudyAnalysis): string {
  return table(
    ['share of predicted time', 'compute-bound', 'memory-bound', 'overhead-bound'],
    analysis.bounds.map(({ column, compute, memory, overhead }) => [
      columnTitle(analysis, column),
      ...[compute, memory, overhead].map((share) => percent(share)),
    ]),
  );
}

function regret(analysis: StudyAnalysis): string {
  const named = (column: string) => columnTitle(analysis, column);
  return table(
    ['chosen by', 'with at least so many', 'latency', 'median', 'p95', 'most'],
    analysis.regret.map(({ floor, chooser, latency, median, p95, max }) => [
      named(chooser),
      named(floor),
      named(latency),
      ...[median, p95, max].map((each) => percent(each)),
    ]),
  );
}

function cuts(analysis: StudyAnalysis): string {
  return table(
    ['FLOPs cut', 'latency', 'speed-up (p5 … p95)', 'slower all the same'],
    analysis.cuts.map(({ column, cut, speedup, slower }) => [
      percent(cut, 0),
      columnTitle(analysis, column),
      `${times(speedup.median)} (${times(speedup.p5)} … ${times(speedup.p95)})`,
      percent(slower),
    ]),
  );
}

function layers(analysis: StudyAnalysis): string {
  const columns = analysis.devices.map(({ column }) => column);
  const [first] = columns;
  return table(
    [
      'layer',
      'MFLOP',
      ...columns.map((column) => `${columnTitle(analysis, column)}, µs`),
      ...columns
        .slice(1)
        .map((column) => `${columnTitle(analysis, column)} / ${columnTitle(analysis, first ?? '')}`),
      ...columns.map((column) => `${columnTitle(analysis, column)}, ns per MFLOP`),
    ],
    analysis.layers.map(({ layer, flops, devices }) => {
      const of = (column: string) => devices.find((each) => each.column === column);
      const figure = (value: number | null | undefined) =>
        value === null || value === undefined ? '–' : significant(value);
      const base = of(first ?? '')?.us;
      return [
        layer,
        significant(flops / 1e6),
        ...columns.map((column) => figure(of(column)?.us)),
        ...columns.slice(1).map((column) => {
          const us = of(column)?.us;
          return us && base ? figure(us / base) : '–';
        }),
        ...columns.map((column) => figure(of(column)?.ns_per_mflop)),
      ];
    }),
  );
}

/** A study's section of the page. */
export function studySection(study: PageStudy, charts: readonly { name: string; label: string }[]): string {
  const { name, run, analysis } = study;
  const { measured, bootstrap, quiet } = analysis;
  const quietly =
    quiet === null
      ? ''
      : `the ${integer(quiet.networks)} networks that were measured quietly (rounds within a robust standard deviation of ${percent(quiet.max_spread, 0)})`;
  /** Tables of the quiet networks, where there are any. */
  const ofQuiet = (table: (of: NonNullable<typeof quiet>) => string) =>
    quiet === null || quiet.networks === 0 ? [] : [`Of ${quietly} alone:`, table(quiet)];
  const chart = (file: string) => {
    const found = charts.find((each) => each.name === file);
    return found === undefined ? [] : [`![${found.label}](study/${name}/${file}.svg)`];
  };
  const how =
    measured === null
      ? 'Nothing was measured.'
      : `${integer(analysis.networks)} of them were measured on ${measured.adapter}, ${measured.engine}, ${measured.threads} thread${measured.threads === 1 ? '' : 's'}; two passes over a network differ by ${percent(measured.repeatability)} on average.${measured.drift_range === null ? '' : ` The machine was ${percent(measured.drift_range)} slower in its slowest block of networks than in its fastest; this is divided out of all latencies below.`}`;
  const part = (title: string, ...lines: string[]) => [`### ${title}`, ...lines];
  return [
    `## ${analysis.network}, ${measured === null ? 'predicted' : measured.engine}`,
    `${integer(analysis.samples)} sub-networks of ${analysis.network}, widths drawn ${analysis.law}, seed ${analysis.seed}, batch ${analysis.batch}; begun ${instant(run.startedAt)}, morphline ${run.versions.morphline}. ${how}`,
    ['```', command(study), '```'].join('\n'),
    findings(analysis)
      .map((sentence) => `- ${sentence}`)
      .join('\n'),
    ...chart('flops-against-latency'),
    ...part(
      'Correlations',
      correlations(analysis, analysis.correlations),
      ...ofQuiet((of) => correlations(analysis, of.correlations)),
      `In brackets: ${percent(bootstrap.confidence, 0)} bootstrap intervals (percentiles of ${integer(bootstrap.resamples)} resamples of networks).`,
    ),
    ...(analysis.prediction.length === 0
      ? []
      : part(
          'Errors of prediction',
          ...chart('predicted-against-measured'),
          errors(analysis, analysis.prediction),
          ...ofQuiet((of) => errors(analysis, of.prediction)),
          'Mean of |predicted / measured − 1|; in brackets the mean with its sign, and the shares within 5 % and 10 %.',
        )),
    ...part(
      'Networks of equal FLOPs',
      ...chart('equal-flops-spread'),
      spread(analysis),
      `Medians over ${analysis.spread.windows.length} windows of ±${percent(analysis.spread.half_width)} FLOPs around the medians of twenty equal bins; within each, a least-squares line of log latency over log FLOPs is taken out, so that the window's own range is no spread.`,
    ),
    ...part('What bounds the time', bounds(analysis)),
    ...part(
      'Choosing by FLOPs',
      ...chart('regret'),
      regret(analysis),
      'How much slower the chosen network is than the fastest with at least as much, over 48 floors. The fastest measured is partly the luckiest, so that noise alone makes some regret; a prediction as judge has none.',
    ),
    ...part('Cutting FLOPs', cuts(analysis), 'Over all pairs of networks that differ by such a cut (±1 %).'),
    ...part(
      'Layers that explain what FLOPs do not',
      ...chart('gap-layers'),
      "A layer's share of the variance of latency around its least-squares line over FLOPs: covariance of the layer's excess (its predicted time less its FLOPs times the line's slope) with the gap; shares of all layers add up to 100 %.",
    ),
    ...part('Layers of the full network', layers(analysis)),
  ].join('\n\n');
}
