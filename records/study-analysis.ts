// study-analysis.json: what a study says about FLOPs and latency.
import { z } from 'zod';
import { errorMetrics } from './error-metrics.ts';

export const STUDY_ANALYSIS_SCHEMA = 'morphline/study-analysis@1';

/** A statistic and its bootstrap interval; the interval is null where too few resamples define it. */
const estimate = z.object({ value: z.number(), interval: z.tuple([z.number(), z.number()]).nullable() });
export type Estimate = z.infer<typeof estimate>;

/** Two columns of the study over the same networks; null where undefined. */
const pairCorrelation = z.object({
  x: z.string(),
  y: z.string(),
  networks: z.number().int(),
  pearson: estimate.nullable(),
  spearman: estimate.nullable(),
  kendall: estimate.nullable(),
});
export type PairCorrelation = z.infer<typeof pairCorrelation>;

/** Error of a column that predicts the measured latency. */
const predictionError = z.object({
  column: z.string(),
  /** As predicted; null for columns that are no latency of this device (FLOPs, datasheet devices). */
  raw: errorMetrics.nullable(),
  /** Multiplied by the machine's drift since the calibration, block by block, by the sentinel; null where unknown. */
  drift_corrected: errorMetrics.nullable(),
  /** Median of sentinel now over sentinel at calibration, less 1. */
  drift_since_calibration: z.number().nullable(),
  /** Multiplied by the one factor that makes the median of predicted over measured 1. */
  scaled: errorMetrics,
});
export type PredictionError = z.infer<typeof predictionError>;

/** Networks of almost equal FLOPs. */
const spreadWindow = z.object({
  /** Centre. */
  flops: z.number(),
  networks: z.number().int(),
  /** By column, detrended. `measured_over_…` is what a prediction leaves. */
  p95_over_p5: z.record(z.string(), z.number()),
});
export type SpreadWindow = z.infer<typeof spreadWindow>;

const boundShares = z.object({
  column: z.string(),
  networks: z.number().int(),
  /** Shares of predicted time, averaged over networks. */
  compute: z.number(),
  memory: z.number(),
  overhead: z.number(),
});
export type BoundShares = z.infer<typeof boundShares>;

/** Choosing by one quantity under a floor on another; regrets are fractions of the fastest latency. */
const regretCurve = z.object({
  /** The quantity that must not fall below a floor. */
  floor: z.string(),
  /** The quantity that is minimized. */
  chooser: z.string(),
  /** The latency that is paid. */
  latency: z.string(),
  median: z.number(),
  p95: z.number(),
  max: z.number(),
  points: z.array(
    z.object({
      floor: z.number(),
      /** With at least so much. */
      networks: z.number().int(),
      chosen_us: z.number(),
      fastest_us: z.number(),
      regret: z.number(),
    }),
  ),
});
export type RegretCurve = z.infer<typeof regretCurve>;

/** Pairs of networks of which one has `cut` less FLOPs. */
const cutEffect = z.object({
  /** The latency that is compared. */
  column: z.string(),
  cut: z.number(),
  pairs: z.number().int(),
  /** Share of pairs in which the network with fewer FLOPs is slower. */
  slower: z.number(),
  /** Latency of the one with more FLOPs over that of the one with fewer. */
  speedup: z.object({ p5: z.number(), median: z.number(), p95: z.number() }),
});
export type CutEffect = z.infer<typeof cutEffect>;

const gapShare = z.object({
  name: z.string(),
  kind: z.string(),
  /** Of the variance of what FLOPs do not explain; negative where it narrows it. */
  share: z.number(),
  /** Of its excess with the gap. */
  correlation: z.number().nullable(),
  mean_us: z.number(),
  /** Its time less what its FLOPs would take at the networks' common rate. */
  mean_excess_us: z.number(),
});
export type GapShare = z.infer<typeof gapShare>;

/** Which parts of the networks explain why latency is not FLOPs (see attribution.ts). */
const gapAttribution = z.object({
  /** The device whose predicted layer times are used. */
  column: z.string(),
  /** The latency to be explained. */
  latency: z.string(),
  networks: z.number().int(),
  us_per_mflop: z.number(),
  intercept_us: z.number(),
  gap_sd_us: z.number(),
  explained: z.number(),
  layers: z.array(gapShare),
  kinds: z.array(gapShare),
});
export type GapAttribution = z.infer<typeof gapAttribution>;

/** A layer of the full network on one device; null where its engine fuses the layer into another. */
const layerOnDevice = z.object({
  column: z.string(),
  us: z.number().nullable(),
  /** Null for layers without FLOPs too. */
  ns_per_mflop: z.number().nullable(),
  /** Share of the network's latency. */
  share: z.number().nullable(),
});

const layerRatio = z.object({
  layer: z.string(),
  kind: z.string(),
  flops: z.number(),
  bytes: z.number(),
  devices: z.array(layerOnDevice),
});
export type LayerRatio = z.infer<typeof layerRatio>;

const quantiles = z.object({ p5: z.number(), median: z.number(), p95: z.number() });
export type Quantiles = z.infer<typeof quantiles>;

/** `study-analysis.json`: what a study says about FLOPs and latency, from its files alone. */
export const studyAnalysis = z.object({
  schema: z.literal(STUDY_ANALYSIS_SCHEMA),
  network: z.string(),
  law: z.string(),
  seed: z.number().int(),
  batch: z.number().int(),
  samples: z.number().int(),
  /** Networks that everything but `flops` against predictions is about: the measured ones, all where none was. */
  networks: z.number().int(),
  bootstrap: z.object({ resamples: z.number().int(), confidence: z.number(), seed: z.number().int() }),
  devices: z.array(
    z.object({
      column: z.string(),
      name: z.string(),
      kind: z.enum(['datasheet', 'measured']),
      view: z.string(),
    }),
  ),
  measured: z
    .object({
      engine: z.string(),
      adapter: z.string(),
      threads: z.number().int(),
      repeatability: z.number(),
      /** Whether the machine's drift between blocks was divided out of measured latencies. */
      drift_divided_out: z.boolean(),
      /** How much slower the machine was in its slowest block than in its fastest; null where not recorded. */
      drift_range: z.number().nullable(),
    })
    .nullable(),
  /** By column, over `networks`. */
  ranges: z.record(z.string(), quantiles),
  correlations: z.array(pairCorrelation),
  prediction: z.array(predictionError),
  /**
   * The same of the networks that were measured quietly, by the spread of their rounds alone: what disturbs a shared
   * machine is noise to every predictor. Null where nothing was measured.
   */
  quiet: z
    .object({
      /** Robust standard deviation over rounds at most this. */
      max_spread: z.number(),
      networks: z.number().int(),
      correlations: z.array(pairCorrelation),
      prediction: z.array(predictionError),
    })
    .nullable(),
  spread: z.object({
    half_width: z.number(),
    windows: z.array(spreadWindow),
    /** What measurements of identical networks would show, by their repeatability; null where nothing was measured. */
    noise_p95_over_p5: z.number().nullable(),
    /** Over windows, by column. */
    median_p95_over_p5: z.record(z.string(), z.number()),
  }),
  bounds: z.array(boundShares),
  regret: z.array(regretCurve),
  cuts: z.array(cutEffect),
  gap: z.array(gapAttribution),
  layers: z.array(layerRatio),
});
export type StudyAnalysis = z.infer<typeof studyAnalysis>;
