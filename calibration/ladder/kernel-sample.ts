// What kernel models are fitted to: a kernel and how long it took.
import type { Kernel } from '../../network/lowering/kernel.ts';

/** A kernel and its measured time. */
export interface KernelSample {
  readonly kernel: Kernel;
  readonly latencyUs: number;
  /** Identifies the network it ran in: kernels of one are not independent. By default each is its own. */
  readonly network?: string;
  /** By each load alone, in µs; 0 where it was too short for the clock. */
  readonly loadsUs?: readonly number[];
}
