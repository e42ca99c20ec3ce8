// The files of a sweep: sweep.csv, a row per trained network.
import { z } from 'zod';
import { optionalNumber } from './measurements.ts';

const number = z.coerce.number();

/** One row of `sweep.csv`: a network of one method, form, budget and seed. */
export const sweepRecord = z.object({
  seed: number,
  /** `seed` for the network that all others of its seed come from. */
  method: z.string(),
  form: z.string(),
  /** Share of the seed network's measured latency that was asked for; 1 of the seed network. */
  budget: number,
  flops: number,
  parameters: number,
  predicted_us: number,
  measured_us: number,
  /** Of measured_us, as a fraction. */
  standard_error: optionalNumber,
  /** Of the seed network over this one, in the same session. */
  predicted_speedup: number,
  measured_speedup: number,
  /** On the test images: the better of the two below. */
  accuracy: number,
  /** Trained from fresh weights. */
  accuracy_scratch: optionalNumber,
  /** Trained on from the weights that survived; empty for the seed network. */
  accuracy_survived: optionalNumber,
  /** Training time, in s. */
  seconds: number,
});
export type SweepRecord = z.infer<typeof sweepRecord>;

/** Widths of a network as a sweep keeps them: structures/<seed>-<method>-<form>-<budget>.json. */
export const sweepStructure = z.record(z.string(), z.number().int().nonnegative());
export type SweepStructure = z.infer<typeof sweepStructure>;

/** One row of `gammas.csv`: channels whose |γ| lies in a bin, in the last snapshot of a shrink path. */
export const gammaBinRecord = z.object({
  seed: number,
  /** What was priced. */
  path: z.string(),
  /** Lower border of the bin, a quarter of a decade wide; empty for |γ| below 1e-5. */
  log10_from: optionalNumber,
  channels: number,
});
export type GammaBinRecord = z.infer<typeof gammaBinRecord>;
