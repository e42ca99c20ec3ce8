// The files of a training run: metrics.csv, layers.csv and result.json.
import { z } from 'zod';
import { csvAmount, csvCount, csvNumber, csvShare } from './csv-fields.ts';

/** Stages of a training run, in their order; those of a second iteration and later bear its number: `shrink-2`. */
export const STAGES = ['seed', 'shrink', 'expanded', 'multiplier'] as const;
type Repeated = 'shrink' | 'expanded';
export type Stage = (typeof STAGES)[number] | `${Repeated}-${number}`;

/** Of the first iteration, or a later one. */
export function stageOf<S extends Repeated>(stage: S, iteration: number): S | `${S}-${number}` {
  return iteration === 1 ? stage : `${stage}-${iteration}`;
}

/** Whether a network shrinks in this stage. */
export const isShrinking = (stage: Stage) => stage.startsWith('shrink');

const stage = z.custom<Stage>(
  (value) => {
    const text = String(value);
    return (STAGES as readonly string[]).includes(text) || /^(?:shrink|expanded)-\d+$/.test(text);
  },
  `one of ${STAGES.join(', ')}, or shrink-2 and the like`,
);

/** One row of `metrics.csv`: an epoch of a training run. */
export const metricsRecord = z.object({
  stage,
  epoch: csvCount,
  images: csvCount,
  loss: csvNumber,
  train_accuracy: csvShare,
  /** On a sample of the test images, after a stage's last epoch on all of them. */
  test_accuracy: csvShare,
  learning_rate: csvAmount,
  /** Of the regularization term, in units of 1 / (cost of the seed network); 0 without one. */
  strength: csvAmount,
  /** Of the alive network over that of the seed network. */
  cost_ratio: csvAmount,
  seconds: csvAmount,
});
export type MetricsRecord = z.infer<typeof metricsRecord>;

/** One row of `layers.csv`: a layer's width in each network of a training run. */
export const layerRecord = z.object({
  layer: z.string(),
  seed_width: csvCount,
  shrunk_width: csvCount,
  expanded_width: csvCount,
  multiplier_width: csvCount,
});
export type LayerRecord = z.infer<typeof layerRecord>;

export const RESULT_SCHEMA = 'morphline/train-result@1';

export const TRAINED_NETWORKS = ['seed', 'shrunk', 'expanded', 'multiplier'] as const;
export type TrainedNetworkName = (typeof TRAINED_NETWORKS)[number];

const amount = z.number().nonnegative();
const positive = z.number().positive();
const share = z.number().min(0).max(1);
const count = z.int().nonnegative();

const trainedNetwork = z.object({
  name: z.enum(TRAINED_NETWORKS),
  widths: z.record(z.string(), count),
  flops: amount,
  parameters: amount,
  test_accuracy: share,
  /** In the resource's unit. */
  cost: amount,
  predicted_latency_us: positive,
  measured_latency_us: positive,
  /** Robust standard deviation over rounds, as a fraction of the median; in files of 0.1.0 over loads. */
  measured_spread: amount,
  /** Of the seed network over this one. */
  predicted_speedup: positive,
  measured_speedup: positive,
});

/** `result.json` of a training run. */
export const trainResult = z.object({
  schema: z.literal(RESULT_SCHEMA),
  network: z.string(),
  data: z.object({ name: z.string(), origin: z.string(), train: count, test: count }),
  target: z.string(),
  device: z.string(),
  cost_unit: z.string(),
  budget: positive,
  /** Of the last iteration; 1 where a knapsack chose. */
  omega: amount,
  /** Multiples of channels that the expansion kept to; 1 for none. */
  multiple_of: positive,
  /** How widths within the budget were chosen. Not in files of earlier versions. */
  chosen_by: z.enum(['expansion', 'knapsack']).optional(),
  /**
   * What choosing for the device gained at the same cost, as a fraction: of an expansion, channels over those without
   * snapping to cheap counts (null where that was off); of a knapsack, importance over that of the channels above one
   * threshold. Not in files of earlier versions.
   */
  gain: z.number().nullable().optional(),
  /** Width multiplier whose network is measured as fast as the expanded one. */
  multiplier: positive,
  networks: z.array(trainedNetwork),
  /** What each iteration of shrinking and expanding came to. Not in files of earlier versions. */
  iterations: z
    .array(
      z.object({
        omega: amount,
        multiple_of: positive,
        shrunk_accuracy: share,
        shrunk_cost: amount,
        accuracy: share,
        cost: amount,
      }),
    )
    .optional(),
  measured_on: z.string(),
  repeatability: amount.nullable(),
  /**
   * How much slower the machine was than when the device was calibrated; null where nothing tells. Not in files of earlier
   * versions.
   */
  drift_since_calibration: z.number().min(-1).nullable().optional(),
  trained_on: z.string(),
  seconds: amount,
});
/** What a training run came to, as `result.json` has it. */
export type TrainResult = z.infer<typeof trainResult>;
