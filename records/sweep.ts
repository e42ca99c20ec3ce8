// The files of a sweep: sweep.csv, a row per trained network.
import { z } from 'zod';
import {
  csvAmount,
  csvCount,
  csvLatency,
  csvName,
  csvNumber,
  csvRatio,
  csvShare,
  optional,
} from './csv-fields.ts';

/** One row of `sweep.csv`: a network of one method, form, budget and seed. */
export const sweepRecord = z.object({
  seed: csvCount,
  /** `seed` for the network that all others of its seed come from. */
  method: csvName,
  form: csvName,
  /** Share of the seed network's measured latency that was asked for; 1 of the seed network. */
  budget: csvRatio,
  flops: csvAmount,
  parameters: csvAmount,
  predicted_us: csvLatency,
  measured_us: csvLatency,
  /** Of measured_us, as a fraction. */
  standard_error: optional(csvAmount),
  /** Of the seed network over this one, in the same session. */
  predicted_speedup: csvRatio,
  measured_speedup: csvRatio,
  /** On the test images: the better of the two below. */
  accuracy: csvShare,
  /** Trained from fresh weights. */
  accuracy_scratch: optional(csvShare),
  /** Trained on from the weights that survived; empty for the seed network. */
  accuracy_survived: optional(csvShare),
  /** Training time, in s. */
  seconds: csvAmount,
});
export type SweepRecord = z.infer<typeof sweepRecord>;

/** Widths of a network as a sweep keeps them: structures/<seed>-<method>-<form>-<budget>.json. */
export const sweepStructure = z.record(z.string(), z.number().int().nonnegative());
export type SweepStructure = z.infer<typeof sweepStructure>;

/** One row of `gammas.csv`: channels whose |γ| lies in a bin, in the last snapshot of a shrink path. */
export const gammaBinRecord = z.object({
  seed: csvCount,
  /** What was priced. */
  path: csvName,
  /** Lower border of the bin, a quarter of a decade wide; empty for |γ| below 1e-5. */
  log10_from: optional(csvNumber),
  channels: csvCount,
});
export type GammaBinRecord = z.infer<typeof gammaBinRecord>;
