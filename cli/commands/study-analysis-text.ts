import pc from 'picocolors';
import type { Estimate, StudyAnalysis } from '../../records/study-analysis.ts';
import { duration, percent, table } from '../terminal.ts';

/** Layers that are shown of each ranking. */
const SHOWN_LAYERS = 8;

function estimate(found: Estimate | null): string {
  if (found === null) return '–';
  const { value, interval } = found;
  const range = interval === null ? '' : ` [${interval.map((end) => end.toFixed(3)).join(', ')}]`;
  return `${value.toFixed(3)}${range}`;
}

/** Names of columns as people say them. */
function titles({ devices }: StudyAnalysis): (column: string) => string {
  const named = new Map([
    ['flops', 'FLOPs'],
    ['parameters', 'weights'],
    ['bytes', 'bytes'],
    ['measured_us', 'measured'],
    ...devices.map(({ column, name }): [string, string] => [column, `${name}, predicted`]),
  ]);
  return (column) => {
    const over = /^measured_over_(.*)$/.exec(column)?.[1];
    return over === undefined ? (named.get(column) ?? column) : `measured / ${named.get(over) ?? over}`;
  };
}

/** What `study --analyze` prints. */
export function studyAnalysisText(analysis: StudyAnalysis): string {
  const { network, law, seed, samples, networks, measured, bootstrap } = analysis;
  const named = titles(analysis);
  const on =
    measured === null
      ? 'none measured'
      : `${networks} measured on ${measured.adapter} (${measured.engine} ×${measured.threads}), which repeat within ${percent(measured.repeatability)}`;
  const blocks = [
    `${pc.bold(network)}: ${samples} ${law} sub-networks (seed ${seed}), ${on}`,
    table(
      ['correlation', 'with', 'Pearson', 'Spearman', 'Kendall τ-b'],
      analysis.correlations.map(({ x, y, pearson, spearman, kendall }) => [
        named(x),
        named(y),
        ...[pearson, spearman, kendall].map(estimate),
      ]),
    ),
    pc.dim(
      `[${percent(bootstrap.confidence, 0)} bootstrap intervals, percentiles of ${bootstrap.resamples} resamples]`,
    ),
  ];
  if (analysis.prediction.length > 0) {
    const error = (metrics: { mape: number } | null) => (metrics === null ? '–' : percent(metrics.mape));
    blocks.push(
      table(
        ['error against measured', 'as predicted', 'drift divided out', 'scaled to fit'],
        analysis.prediction.map(({ column, raw, drift_corrected, scaled }) => [
          named(column),
          error(raw),
          error(drift_corrected),
          error(scaled),
        ]),
      ),
    );
  }
  if (analysis.quiet !== null) {
    const { quiet } = analysis;
    blocks.push(
      table(
        [
          `${quiet.networks} networks with rounds within ${percent(quiet.max_spread, 0)}, measured with`,
          'Spearman',
          'error',
        ],
        quiet.prediction.map(({ column, drift_corrected, raw, scaled }) => [
          named(column),
          estimate(quiet.correlations.find(({ x }) => x === column)?.spearman ?? null),
          percent((drift_corrected ?? raw ?? scaled).mape),
        ]),
      ),
    );
  }
  const { half_width, median_p95_over_p5, noise_p95_over_p5 } = analysis.spread;
  blocks.push(
    table(
      [`networks of equal FLOPs (±${percent(half_width)})`, 'latency p95 / p5'],
      [
        ...Object.entries(median_p95_over_p5).map(([column, ratio]) => [named(column), ratio.toFixed(3)]),
        ...(noise_p95_over_p5 === null ? [] : [['noise of measuring alone', noise_p95_over_p5.toFixed(3)]]),
      ],
    ),
    table(
      ['share of predicted time', 'compute-bound', 'memory-bound', 'overhead-bound'],
      analysis.bounds.map(({ column, compute, memory, overhead }) => [
        named(column),
        ...[compute, memory, overhead].map((share) => percent(share)),
      ]),
    ),
    table(
      ['choosing the least', 'with at least so many', 'costs, in latency', 'median regret', 'p95', 'most'],
      analysis.regret.map(({ floor, chooser, latency, median, p95, max }) => [
        named(chooser),
        named(floor),
        named(latency),
        ...[median, p95, max].map((regret) => percent(regret)),
      ]),
    ),
    table(
      ['cut in FLOPs', 'latency', 'speed-up, median', 'p5', 'p95', 'slower all the same'],
      analysis.cuts.map(({ column, cut, speedup, slower }) => [
        percent(cut, 0),
        named(column),
        ...[speedup.median, speedup.p5, speedup.p95].map((ratio) => `${ratio.toFixed(2)}×`),
        percent(slower),
      ]),
    ),
  );
  for (const { column, latency, layers, explained } of analysis.gap) {
    blocks.push(
      table(
        [`what FLOPs leave of ${named(latency)}`, 'kind', 'share', 'mean excess'],
        layers
          .slice(0, SHOWN_LAYERS)
          .map(({ name, kind, share, mean_excess_us }) => [
            name,
            kind,
            percent(share),
            `${mean_excess_us < 0 ? '-' : ''}${duration(Math.abs(mean_excess_us))}`,
          ]),
      ),
      pc.dim(`[layer times of ${named(column)} explain ${percent(explained, 0)} of it]`),
    );
  }
  return blocks.join('\n\n');
}
