import { median, quantile } from 'simple-statistics';
import { deviceProfile } from '../../calibration/device-profile.ts';
import { predictedUs, type StudyRecord } from '../../records/study.ts';
import {
  type GapAttribution,
  type PredictionError,
  STUDY_ANALYSIS_SCHEMA,
  type StudyAnalysis,
  studyAnalysis,
} from '../../records/study-analysis.ts';
import { attributeGap } from './attribution.ts';
import { CONFIDENCE, RESAMPLES } from './bootstrap.ts';
import { correlate } from './correlate.ts';
import { cutEffects } from './cuts.ts';
import { type DrawnNetworks, drawnNetworks } from './drawn-networks.ts';
import { layerRatios } from './layer-ratios.ts';
import { type LayerTimes, layerTimes } from './layer-times.ts';
import { predictionError } from './prediction-errors.ts';
import type { StudyFiles } from './read-study.ts';
import { regretCurve } from './regret.ts';
import { equalFlopsSpread, noiseRatio, SPREAD_HALF_WIDTH } from './spread.ts';

/** Networks whose layers are looked at one by one: the first so many. */
const DETAILED_NETWORKS = 1000;
/** Parts that are named in each attribution. */
const NAMED_PARTS = 25;

/** Largest spread over rounds of a network that was measured quietly. */
const QUIET_SPREAD = 0.02;

const MEASURED = 'measured_us';
type Columns = ReadonlyMap<string, readonly number[]>;

function column(columns: Columns, name: string): readonly number[] {
  const values = columns.get(name);
  if (values === undefined) throw new Error(`the study has no column ${name}`);
  return values;
}

/** Measured latencies, which have the drift between blocks divided out, and how far that went; null: not recorded. */
function steadyUs(rows: readonly StudyRecord[]): { latencyUs: number[]; range: number | null } {
  const latencyUs = rows.map((row) => row.measured_us as number);
  const drifts = rows.map((row) => row.measured_drift ?? null).filter((drift) => drift !== null);
  if (drifts.length < rows.length || rows.length === 0) return { latencyUs, range: null };
  const most = drifts.reduce((a, b) => Math.max(a, b));
  const least = drifts.reduce((a, b) => Math.min(a, b));
  return { latencyUs, range: (1 + most) / (1 + least) - 1 };
}

/** As study.csv has it; studies of earlier versions have no such column. */
function totalBytes(rows: readonly StudyRecord[], { view, widthsOf }: DrawnNetworks): number[] {
  return rows.map((row) => row.bytes ?? view.ops(widthsOf(row)).reduce((sum, op) => sum + op.bytes, 0));
}

function predictionErrors(
  { summary, run, devices }: StudyFiles,
  rows: readonly StudyRecord[],
  columns: Columns,
): PredictionError[] {
  const engine = deviceProfile.shape.engine.safeParse(run.context.engine);
  if (!engine.success || rows.length === 0) return [];
  const measured = {
    latencyUs: rows.map((row) => row.measured_us as number),
    sentinelUs: rows.map((row) => row.measured_sentinel_us ?? null),
    session: { network: summary.network, batch: summary.batch, engine: engine.data },
  };
  return [...columns.keys()]
    .filter((name) => name !== MEASURED)
    .map((name) => {
      const index = summary.devices.findIndex((device) => device.column === name);
      const kind = summary.devices[index]?.kind ?? 'cost';
      return predictionError(name, kind, column(columns, name), devices[index] ?? null, measured);
    });
}

/** Of one device's layer times: what explains the gap of its own prediction, and of the measured latency. */
function gapsOf(
  name: string,
  { layers, kinds }: LayerTimes,
  flops: readonly number[],
  columns: Columns,
  isMeasured: boolean,
): GapAttribution[] {
  const targets = isMeasured && columns.has(MEASURED) ? [MEASURED, name] : [name];
  return targets.map((latency) => {
    const latencyUs = column(columns, latency).slice(0, flops.length);
    const byLayer = attributeGap(flops, latencyUs, layers);
    return {
      column: name,
      latency,
      networks: flops.length,
      us_per_mflop: byLayer.usPerMflop,
      intercept_us: byLayer.interceptUs,
      gap_sd_us: byLayer.gapSdUs,
      explained: byLayer.explained,
      layers: byLayer.shares.slice(0, NAMED_PARTS),
      kinds: attributeGap(flops, latencyUs, kinds).shares.slice(0, NAMED_PARTS),
    };
  });
}

/**
 * What a study says about FLOPs and latency, from its files alone; the same files give the same analysis.
 * Correlations, spread, regret and cuts are of the measured networks (of all, where none was measured), their latencies
 * with the drift between blocks divided out; layers and bounds are those of the first 1000 of them, as predicted.
 * @throws UserError for files that do not belong together
 */
export function analyzeStudy(files: StudyFiles, options: { resamples?: number } = {}): StudyAnalysis {
  const { summary, rows: all } = files;
  const resamples = options.resamples ?? RESAMPLES;
  const drawn = drawnNetworks(files);
  const timed = all.filter(({ measured_us }) => measured_us !== null);
  const rows = timed.length > 0 ? timed : all;
  const deviceColumns = summary.devices.map((device) => device.column);
  const flops = rows.map((row) => row.flops);
  const columns = new Map<string, readonly number[]>([
    ['flops', flops],
    ['parameters', rows.map((row) => row.parameters)],
    ['bytes', totalBytes(rows, drawn)],
  ]);
  for (const name of deviceColumns)
    columns.set(
      name,
      rows.map((row) => predictedUs(row, name)),
    );
  const steady = timed.length > 0 ? steadyUs(rows) : null;
  if (steady !== null) columns.set(MEASURED, steady.latencyUs);
  const latencies = new Map([...columns].filter(([name]) => name.endsWith('_us')));

  const bootstrap = { resamples, seed: summary.seed };
  const flopsPairs = deviceColumns.map((name): [string, string] => ['flops', name]);
  const measuredPairs = [...columns.keys()]
    .filter((name) => name !== MEASURED && steady !== null)
    .map((name): [string, string] => [name, MEASURED]);
  const correlations = correlate(columns, [...flopsPairs, ...measuredPairs], bootstrap);
  const isQuiet = rows.map(({ measured_spread: spread }) => spread !== null && spread <= QUIET_SPREAD);
  const quietRows = rows.filter((_, i) => isQuiet[i]);
  const quietColumns = new Map(
    [...columns].map(([name, values]) => [name, values.filter((_, i) => isQuiet[i])]),
  );

  const spreadColumns = new Map(latencies);
  if (steady !== null) {
    for (const name of deviceColumns) {
      const predicted = column(columns, name);
      spreadColumns.set(
        `measured_over_${name}`,
        steady.latencyUs.map((us, i) => us / (predicted[i] as number)),
      );
    }
  }
  const windows = equalFlopsSpread(flops, spreadColumns);
  const medianSpread = [...spreadColumns.keys()].map((name) => [
    name,
    median(windows.map((window) => window.p95_over_p5[name] as number)),
  ]);
  const noise = steady === null ? null : noiseRatio(summary.measured?.repeatability ?? 0);

  // The fastest of many measured is partly the luckiest; predictions as judges have no noise.
  const regret = [...latencies.keys()].flatMap((judge) =>
    ['flops', 'parameters'].flatMap((floor) =>
      (judge === MEASURED ? ['flops', ...deviceColumns] : ['flops']).map((chooser) =>
        regretCurve(
          { floor, chooser, latency: judge },
          column(columns, floor),
          column(columns, chooser),
          column(columns, judge),
        ),
      ),
    ),
  );

  const widths = rows.slice(0, DETAILED_NETWORKS).map(drawn.widthsOf);
  const times = [...drawn.predictors].map(([name, predictor]) => ({
    name,
    ...layerTimes(predictor, widths),
  }));

  const analysis: StudyAnalysis = {
    schema: STUDY_ANALYSIS_SCHEMA,
    network: summary.network,
    law: summary.law,
    seed: summary.seed,
    batch: summary.batch,
    samples: all.length,
    networks: rows.length,
    bootstrap: { resamples, confidence: CONFIDENCE, seed: summary.seed },
    devices: summary.devices,
    measured:
      summary.measured === null || steady === null
        ? null
        : {
            engine: summary.measured.engine,
            adapter: summary.measured.adapter,
            threads: summary.measured.threads,
            repeatability: summary.measured.repeatability,
            drift_divided_out: steady.range !== null,
            drift_range: steady.range,
          },
    ranges: Object.fromEntries(
      [...columns].map(([name, values]) => {
        const [p5, middle, p95] = quantile([...values], [0.05, 0.5, 0.95]);
        return [name, { p5: p5 as number, median: middle as number, p95: p95 as number }];
      }),
    ),
    correlations,
    prediction: predictionErrors(files, timed, columns),
    quiet:
      steady === null
        ? null
        : {
            max_spread: QUIET_SPREAD,
            networks: quietRows.length,
            correlations: correlate(quietColumns, measuredPairs, bootstrap),
            prediction: predictionErrors(files, quietRows, quietColumns),
          },
    spread: {
      half_width: SPREAD_HALF_WIDTH,
      windows,
      noise_p95_over_p5: noise,
      median_p95_over_p5: windows.length === 0 ? {} : Object.fromEntries(medianSpread),
    },
    bounds: times.map(({ name, bounds }) => ({ column: name, ...bounds })),
    regret,
    cuts: [...latencies].flatMap(([name, latencyUs]) => cutEffects(name, flops, latencyUs)),
    gap: times.flatMap((each) => {
      const kind = summary.devices.find((device) => device.column === each.name)?.kind;
      return gapsOf(each.name, each, flops.slice(0, widths.length), columns, kind === 'measured');
    }),
    layers: layerRatios(drawn),
  };
  return studyAnalysis.parse(analysis);
}
