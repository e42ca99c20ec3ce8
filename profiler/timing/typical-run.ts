// One recorded run as it was, kernel by kernel: the one whose wall time is the middle one.
import type { KernelPlace, KernelTiming } from '../engines/engine.ts';

/** A kernel of one run. */
export interface RunKernel extends KernelPlace {
  readonly kernel: string;
  readonly op: string;
  readonly isUnforeseen: boolean;
  readonly durationUs: number;
}

export interface TypicalRun {
  /** From the call until its results were there, recording included. */
  readonly wallUs: number;
  /** In the order of {@link KernelTiming}: those of the lowering first. */
  readonly kernels: readonly RunKernel[];
}

/** The one whose wall time has as many below as above; of two, the quicker. */
export function middleRun<T extends { readonly wallUs: number }>(runs: readonly T[]): T | null {
  const sorted = [...runs].sort((a, b) => a.wallUs - b.wallUs);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/**
 * The middle one of recorded runs.
 * @param wallsUs wall time of each, in the same order
 */
export function typicalRun(
  runs: readonly (readonly KernelTiming[])[],
  wallsUs: readonly number[],
): TypicalRun | null {
  const middle = middleRun(
    runs.flatMap((timings, index) => {
      const wallUs = wallsUs[index];
      return wallUs === undefined ? [] : [{ timings, wallUs }];
    }),
  );
  if (middle === null) return null;
  const kernels = middle.timings.map(
    ({ kernel, ...time }): RunKernel => ({
      kernel: kernel.name,
      op: kernel.op,
      isUnforeseen: 'isUnforeseen' in kernel,
      ...time,
    }),
  );
  return { wallUs: middle.wallUs, kernels };
}
