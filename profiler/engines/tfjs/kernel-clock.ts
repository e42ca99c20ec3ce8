// What times the kernels of an inference on tfjs, and the wall clock as one.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import type { KernelTiming } from '../engine.ts';

/** Takes the times of the kernels of one inference. */
export interface KernelClock {
  /**
   * Computes a layer, timed.
   * @param kernel null for a layer that runs none
   */
  time(kernel: Kernel | null, compute: () => tfTypes.Tensor): tfTypes.Tensor;
  /**
   * The time of every kernel, once they are done.
   * @throws Error if other kernels ran than those given
   */
  timings(): Promise<KernelTiming[]>;
}

/** The wall clock around each kernel. */
export class WallKernelClock implements KernelClock {
  private readonly taken: KernelTiming[] = [];
  private readonly began = process.hrtime.bigint();
  private readonly finish: (result: tfTypes.Tensor) => void;

  /** @param finish waits until a result is computed */
  constructor(finish: (result: tfTypes.Tensor) => void) {
    this.finish = finish;
  }

  time(kernel: Kernel | null, compute: () => tfTypes.Tensor): tfTypes.Tensor {
    const start = process.hrtime.bigint();
    const result = compute();
    if (kernel !== null) {
      this.finish(result);
      const durationUs = Number(process.hrtime.bigint() - start) / 1e3;
      this.taken.push({ kernel, durationUs, startUs: Number(start - this.began) / 1e3 });
    }
    return result;
  }

  async timings(): Promise<KernelTiming[]> {
    return this.taken;
  }
}
