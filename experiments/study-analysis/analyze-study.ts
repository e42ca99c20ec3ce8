// What a finished study says about FLOPs and latency: all of study-analysis.json, from the study's files alone.
import { parsedJson } from '../../records/json-text.ts';
import type { StudyRecord, StudySummary } from '../../records/study.ts';
import { STUDY_ANALYSIS_SCHEMA, type StudyAnalysis, studyAnalysis } from '../../records/study-analysis.ts';
import { CONFIDENCE, RESAMPLES } from './bootstrap.ts';
import { correlate } from './correlate.ts';
import { cutEffects } from './cuts.ts';
import { drawnNetworks } from './drawn-networks.ts';
import { gapsOf } from './gaps.ts';
import { layerRatios } from './layer-ratios.ts';
import { layerTimes } from './layer-times.ts';
import { predictionErrors } from './prediction-errors.ts';
import type { StudyFiles } from './read-study.ts';
import { regretCurves } from './regret.ts';
import { spreadOf } from './spread.ts';
import {
  type Columns,
  columnOf,
  columnRanges,
  columnsAt,
  driftRange,
  latencyNames,
  MEASURED,
  type StudiedNetworks,
  studiedColumns,
  studiedNetworks,
} from './studied-columns.ts';

/** Networks whose layers are looked at one by one: the first so many. */
const DETAILED_NETWORKS = 1000;

/** Largest spread over rounds of a network that was measured quietly. */
const QUIET_SPREAD = 0.02;

interface Bootstrap {
  readonly resamples: number;
  readonly seed: number;
}

/** FLOPs with each prediction. */
function predictionPairs(deviceColumns: readonly string[]): [x: string, y: string][] {
  return deviceColumns.map((name) => ['flops', name]);
}

/** Every other column with the measured latency; none where that is not a column. */
export function measuredPairs(columns: Columns): [x: string, y: string][] {
  if (!columns.has(MEASURED)) return [];
  return [...columns.keys()].filter((name) => name !== MEASURED).map((name) => [name, MEASURED]);
}

/** What was measured, and on what; null where nothing was. */
function measuredOn(
  { measured }: StudySummary,
  { rows, isMeasured }: StudiedNetworks,
): StudyAnalysis['measured'] {
  if (measured === null || !isMeasured) return null;
  const { engine, adapter, threads, repeatability } = measured;
  const range = driftRange(rows);
  return { engine, adapter, threads, repeatability, drift_divided_out: range !== null, drift_range: range };
}

/** Networks whose rounds agree, by their indices. */
export function quietIndices(rows: readonly StudyRecord[]): number[] {
  return rows.flatMap(({ measured_spread: spread }, i) =>
    spread !== null && spread <= QUIET_SPREAD ? [i] : [],
  );
}

/** Correlations and errors of those networks whose rounds agree; null where nothing was measured. */
function quietNetworks(
  files: StudyFiles,
  { rows, isMeasured }: StudiedNetworks,
  columns: Columns,
  bootstrap: Bootstrap,
): StudyAnalysis['quiet'] {
  if (!isMeasured) return null;
  const quiet = quietIndices(rows);
  const quietColumns = columnsAt(columns, quiet);
  const quietRows = quiet.map((i) => rows[i] as StudyRecord);
  return {
    max_spread: QUIET_SPREAD,
    networks: quiet.length,
    correlations: correlate(quietColumns, measuredPairs(columns), bootstrap),
    prediction: predictionErrors(files, quietRows, quietColumns),
  };
}

/**
 * What a study says about FLOPs and latency, from its files alone; the same files give the same analysis.
 * Correlations, spread, regret and cuts are of the measured networks (of all, where none was measured), their latencies
 * with the drift between blocks divided out; layers and bounds are those of the first 1000 of them, as predicted.
 *
 * ```
 *  run.json ────▶ drawnNetworks ──┬─ predictors, widths ─▶ layerTimes ─┬─▶ bounds
 *  device.json ▶       │          │                                    └─▶ gapsOf ───────────▶ gap
 *                      │          └─▶ layerRatios ───────────────────────────────────────────▶ layers
 *                      ▼
 *  study.csv ─▶ studiedNetworks ─▶ studiedColumns ─┬─▶ correlate, predictionErrors ─▶ of all, of the quiet
 *               (measured, or all)  (FLOPs, …, µs) ├─▶ spreadOf, regretCurves, cutEffects
 *                                                  └─▶ columnRanges
 * ```
 * @throws UserError for files that do not belong together
 */
export function analyzeStudy(files: StudyFiles, options: { resamples?: number } = {}): StudyAnalysis {
  const { summary, rows: all } = files;
  const { network, law, seed, batch, devices } = summary;
  const bootstrap = { resamples: options.resamples ?? RESAMPLES, seed };

  const drawn = drawnNetworks(files);
  const studied = studiedNetworks(all);
  const deviceColumns = devices.map(({ column }) => column);
  const columns = studiedColumns(studied, deviceColumns, drawn);
  const pairs = [...predictionPairs(deviceColumns), ...measuredPairs(columns)];

  const detailed = studied.rows.slice(0, DETAILED_NETWORKS).map(drawn.widthsOf);
  const times = [...drawn.predictors].map(([column, predictor]) => ({
    column,
    ...layerTimes(predictor, detailed),
  }));
  const isCalibrated = (name: string) =>
    devices.some(({ column, kind }) => column === name && kind === 'measured');

  const analysis: StudyAnalysis = {
    schema: STUDY_ANALYSIS_SCHEMA,
    network,
    law,
    seed,
    batch,
    samples: all.length,
    networks: studied.rows.length,
    bootstrap: { resamples: bootstrap.resamples, confidence: CONFIDENCE, seed },
    devices,
    measured: measuredOn(summary, studied),
    ranges: columnRanges(columns),
    correlations: correlate(columns, pairs, bootstrap),
    prediction: predictionErrors(files, studied.rows, columns),
    quiet: quietNetworks(files, studied, columns, bootstrap),
    spread: spreadOf(
      columns,
      deviceColumns,
      studied.isMeasured ? (summary.measured?.repeatability ?? 0) : null,
    ),
    bounds: times.map(({ column, bounds }) => ({ column, ...bounds })),
    regret: regretCurves(columns, deviceColumns),
    cuts: latencyNames(columns).flatMap((name) =>
      cutEffects(name, columnOf(columns, 'flops'), columnOf(columns, name)),
    ),
    gap: times.flatMap((each) => gapsOf(each, columns, isCalibrated(each.column))),
    layers: layerRatios(drawn),
  };
  const advice = { expected: 'measurements that can be compared', fix: 'restore its files, or run it again' };
  return parsedJson(analysis, studyAnalysis, advice, `an analysis of ${files.directory}`);
}
