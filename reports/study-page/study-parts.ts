// What a study's analysis is shown in: titled parts of tables and notes, in their order; the same on page and terminal.
import type { StudyAnalysis } from '../../records/study-analysis.ts';
import { integer, percent } from '../number-format.ts';
import type { TextTable } from '../text-table.ts';
import { columnTitle } from './columns.ts';
import type { StudyChartName } from './study-charts.ts';
import {
  boundTable,
  correlationTable,
  cutTable,
  errorTable,
  gapTable,
  layerTable,
  regretTable,
  spreadTable,
} from './study-tables.ts';

/** A table, and what it needs said before it. */
export interface LedTable {
  readonly lead?: string;
  readonly table: TextTable;
}

export interface StudyPart {
  readonly title: string;
  /** The page's picture of it. */
  readonly chart?: StudyChartName;
  readonly tables: readonly LedTable[];
  readonly note?: string;
}

/** A table of all networks, then that of the quiet ones where there are any. */
function quietToo(
  { quiet }: StudyAnalysis,
  all: TextTable,
  ofQuiet: (quiet: NonNullable<StudyAnalysis['quiet']>) => TextTable,
): LedTable[] {
  if (quiet === null || quiet.networks === 0) return [{ table: all }];
  const lead = `Of the ${integer(quiet.networks)} networks that were measured quietly (rounds within a robust standard deviation of ${percent(quiet.max_spread, 0)}) alone:`;
  return [{ table: all }, { lead, table: ofQuiet(quiet) }];
}

function correlationPart(analysis: StudyAnalysis): StudyPart {
  const { confidence, resamples } = analysis.bootstrap;
  return {
    title: 'Correlations',
    tables: quietToo(analysis, correlationTable(analysis, analysis.correlations), (quiet) =>
      correlationTable(analysis, quiet.correlations),
    ),
    note: `In brackets: ${percent(confidence, 0)} bootstrap intervals (percentiles of ${integer(resamples)} resamples of networks).`,
  };
}

function errorPart(analysis: StudyAnalysis): StudyPart {
  return {
    title: 'Errors of prediction',
    chart: 'predicted-against-measured',
    tables: quietToo(analysis, errorTable(analysis, analysis.prediction), (quiet) =>
      errorTable(analysis, quiet.prediction),
    ),
    note: 'Mean of |predicted / measured − 1|; in brackets the mean with its sign, and the shares within 5 % and 10 %.',
  };
}

function spreadPart(analysis: StudyAnalysis): StudyPart {
  const { windows, half_width } = analysis.spread;
  return {
    title: 'Networks of equal FLOPs',
    chart: 'equal-flops-spread',
    tables: [{ table: spreadTable(analysis) }],
    note: `Medians over ${windows.length} windows of ±${percent(half_width)} FLOPs around the medians of twenty equal bins; within each, a least-squares line of log latency over log FLOPs is taken out, so that the window's own range is no spread.`,
  };
}

function regretPart(analysis: StudyAnalysis): StudyPart {
  return {
    title: 'Choosing by FLOPs',
    chart: 'regret',
    tables: [{ table: regretTable(analysis) }],
    note: 'How much slower the chosen network is than the fastest with at least as much, over 48 floors. The fastest measured is partly the luckiest, so that noise alone makes some regret; a prediction as judge has none.',
  };
}

function cutPart(analysis: StudyAnalysis): StudyPart {
  return {
    title: 'Cutting FLOPs',
    tables: [{ table: cutTable(analysis) }],
    note: 'Over all pairs of networks that differ by such a cut (±1 %).',
  };
}

function explained(
  analysis: StudyAnalysis,
  { column, explained: share }: StudyAnalysis['gap'][number],
): string {
  return `Layer times of ${columnTitle(analysis, column)} explain ${percent(share, 0)}:`;
}

/** What page and terminal both show. */
function commonParts(analysis: StudyAnalysis): StudyPart[] {
  return [
    correlationPart(analysis),
    ...(analysis.prediction.length === 0 ? [] : [errorPart(analysis)]),
    spreadPart(analysis),
    { title: 'What bounds the time', tables: [{ table: boundTable(analysis) }] },
    regretPart(analysis),
    cutPart(analysis),
  ];
}

const GAP = {
  title: 'Layers that explain what FLOPs do not',
  note: "A layer's share of the variance of latency around its least-squares line over FLOPs: covariance of the layer's excess (its predicted time less its FLOPs times the line's slope) with the gap; shares of all layers add up to 100 %.",
} as const;

/** The parts of docs/study.md: the layers that matter as a picture, and all layers of the full network. */
export function pageParts(analysis: StudyAnalysis): StudyPart[] {
  return [
    ...commonParts(analysis),
    { ...GAP, chart: 'gap-layers', tables: [] },
    { title: 'Layers of the full network', tables: [{ table: layerTable(analysis) }] },
  ];
}

/** The parts of `study --analyze`: the layers that matter as tables; the full network's many are in its JSON. */
export function terminalParts(analysis: StudyAnalysis): StudyPart[] {
  return [
    ...commonParts(analysis),
    {
      ...GAP,
      tables: analysis.gap.map((gap) => ({ lead: explained(analysis, gap), table: gapTable(analysis, gap) })),
    },
  ];
}
