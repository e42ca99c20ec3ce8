// study.csv and study.json: the rows of a random-model study and what they sum up to.
import { z } from 'zod';
import { csvAmount, csvCount, csvLatency, csvName, csvNumber, csvTime, optional } from './csv-fields.ts';
import { UserError } from './user-error.ts';

/**
 * One row of `study.csv`: a random sub-network. Beside these columns it has one per device, `<device>_us`: the
 * predicted latency. Times are rounded to 0.0001 µs and fractions to 0.000001, but for the latencies on datasheet
 * devices, which are exact. Measured columns are empty where nothing was measured.
 */
export const studyRecord = z
  .object({
    sample: csvCount,
    law: csvName,
    flops: csvAmount,
    parameters: csvAmount,
    /** Inputs, outputs and weights of every op of the morph-net view, 4 bytes per value. */
    bytes: optional(csvAmount).optional(),
    /** The drift of the machine between blocks divided out. */
    measured_us: optional(csvLatency),
    /** Robust standard deviation over rounds, as a fraction. */
    measured_spread: optional(csvAmount),
    measured_rounds: optional(csvCount),
    measured_disturbed: optional(csvCount),
    /** How much slower the machine was, while its block was measured, than in the typical block. */
    measured_drift: optional(csvNumber).optional(),
    /** Of the study: latency of the network at width multiplier 0.5 in the typical block. */
    measured_sentinel_us: optional(csvLatency).optional(),
    /** With the caches as other networks left them; measured_us is hot. */
    measured_cold_us: optional(csvTime).optional(),
  })
  // Device columns are numbers; the union is what TypeScript wants of an index signature beside the columns above.
  .catchall(z.union([csvLatency, z.string(), z.null()]));
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
  samples: z.int().nonnegative(),
  law: z.string(),
  seed: z.int().nonnegative(),
  batch: z.int().positive(),
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
/** What a study found, as `study.json` has it. */
export type StudySummary = z.infer<typeof studySummary>;

/** How many of so many samples, numbered from 0, a part `index` of `of` has: those with k mod `of` = `index`. */
const samplesOfPart = (samples: number, index: number, of: number) =>
  Math.max(0, Math.ceil((samples - index) / of));

/** Rows that a study says it has: all samples, those of its shard, or those of the shards that it was merged of. */
function rowsOf({ samples, shard, shards }: StudySummary): number {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(shard ?? '') ?? [];
  if (index !== undefined) return samplesOfPart(samples, Number(index), Number(of));
  if (shards === undefined) return samples;
  return shards.merged.reduce((sum, part) => sum + samplesOfPart(samples, part.index, shards.of), 0);
}

/**
 * Checks that a study has the rows that its summary says, each once, with a time on every device.
 * @param path of the rows
 * @throws UserError for a table that lost some, has some twice, or lacks a device
 */
export function wholeStudy(rows: readonly StudyRecord[], summary: StudySummary, path: string): void {
  const fail = (got: string, expected: string): never => {
    throw new UserError({
      got: `${path} with ${got}`,
      expected: `${expected}, as study.json beside it says`,
      fix: 'restore the file, or run the study again',
    });
  };
  const wanted = Math.max(1, rowsOf(summary));
  if (rows.length < wanted) fail(`${rows.length} rows`, String(wanted));
  const seen = new Set<number>();
  for (const row of rows) {
    if (seen.has(row.sample)) fail(`sample ${row.sample} twice`, 'each sample once');
    seen.add(row.sample);
    const missing = summary.devices.find(({ column }) => typeof row[column] !== 'number');
    if (missing !== undefined)
      fail(`no time of sample ${row.sample} in ${missing.column}`, `one on ${missing.name}`);
  }
}
