// study.csv and study.json: the rows of a random-model study and what they sum up to.
import { z } from 'zod';
import { UserError } from './user-error.ts';

/** An empty field is no number, though JavaScript makes 0 of it. */
const number = z.preprocess((value) => (value === '' ? undefined : value), z.coerce.number());
/** An empty CSV field is a value that was not measured. */
const optionalNumber = z.preprocess(
  (value) => (value === '' || value === undefined ? null : value),
  z.coerce.number().nullable(),
);

/** Not in files of earlier versions. */
const laterNumber = optionalNumber.optional();

/**
 * One row of `study.csv`: a random sub-network. Beside these columns it has one per device, `<device>_us`: the
 * predicted latency. Times are rounded to 0.0001 µs and fractions to 0.000001, but for the latencies on datasheet
 * devices, which are exact. Measured columns are empty where nothing was measured.
 */
export const studyRecord = z
  .object({
    sample: number,
    law: z.string(),
    flops: number,
    parameters: number,
    /** Inputs, outputs and weights of every op of the morph-net view, 4 bytes per value. */
    bytes: laterNumber,
    /** The drift of the machine between blocks divided out. */
    measured_us: optionalNumber,
    /** Robust standard deviation over rounds, as a fraction. */
    measured_spread: optionalNumber,
    measured_rounds: optionalNumber,
    measured_disturbed: optionalNumber,
    /** How much slower the machine was, while its block was measured, than in the typical block. */
    measured_drift: laterNumber,
    /** Of the study: latency of the network at width multiplier 0.5 in the typical block. */
    measured_sentinel_us: laterNumber,
    /** With the caches as other networks left them; measured_us is hot. */
    measured_cold_us: laterNumber,
  })
  // Device columns are numbers; the union is what TypeScript wants of an index signature beside the columns above.
  .catchall(
    z.preprocess(
      (value) => (value === '' ? value : Number(value)),
      z.union([z.number(), z.string(), z.null()]),
    ),
  );
export type StudyRecord = z.infer<typeof studyRecord>;

/** The predicted latency of a row in a device's column, in µs. */
export function predictedUs(row: StudyRecord, column: string): number {
  return row[column] as number;
}

export const STUDY_SCHEMA = 'morphline/study@1';

const correlation = z.object({
  /** Column of study.csv. */
  column: z.string(),
  /** Null where undefined: fewer than three networks, or a constant. */
  pearson: z.number().nullable(),
  spearman: z.number().nullable(),
});
export type Correlation = z.infer<typeof correlation>;

/** `study.json`: what a study found. */
export const studySummary = z.object({
  schema: z.literal(STUDY_SCHEMA),
  network: z.string(),
  samples: z.number().int(),
  law: z.string(),
  seed: z.number().int(),
  batch: z.number().int(),
  /** Predicting devices, by column of study.csv. */
  devices: z.array(
    z.object({
      column: z.string(),
      name: z.string(),
      kind: z.enum(['datasheet', 'measured']),
      view: z.string(),
    }),
  ),
  /** `i/n` of a part of a study: its samples are those with k mod n = i. */
  shard: z.string().optional(),
  /** Of a study merged from parts. */
  shards: z
    .object({
      of: z.number().int(),
      merged: z.array(
        z.object({
          index: z.number().int(),
          networks: z.number().int(),
          sentinel_us: z.number().nullable(),
          /** Its times were multiplied by this: the median shard's sentinel over its own. */
          factor: z.number(),
        }),
      ),
    })
    .optional(),
  predict_seconds: z.number(),
  /** FLOPs against each predicted latency, all samples. */
  flops_against_predicted: z.array(correlation),
  measured: z
    .object({
      networks: z.number().int(),
      engine: z.string(),
      threads: z.number().int(),
      adapter: z.string(),
      repeatability: z.number(),
      /** FLOPs and each prediction against the measured latency. */
      against_measured: z.array(correlation),
      /**
       * Mean |predicted / measured − 1| of the calibrated device, the machine's drift since its calibration divided out
       * where it is known; null without such a device.
       */
      calibrated_mape: z.number().nullable(),
      /** How much slower the machine was than when it was calibrated, by the sentinel; null where that is not known. */
      drift_since_calibration: z.number().nullable(),
    })
    .nullable(),
});
export type StudySummary = z.infer<typeof studySummary>;

/**
 * Whether all rows are there that the study says it has; a shard, and what not all shards were merged of, has fewer.
 * @throws UserError for a table that lost some, or has none
 */
export function wholeStudy(rows: readonly StudyRecord[], summary: StudySummary, path: string): void {
  const isPart = summary.shard !== undefined || summary.shards !== undefined;
  const wanted = isPart ? 1 : summary.samples;
  if (rows.length >= wanted) return;
  throw new UserError({
    got: `${path} with ${rows.length} rows`,
    expected: `${isPart ? 'at least 1' : wanted}, as study.json beside it says`,
    fix: 'restore the file, or run the study again',
  });
}
