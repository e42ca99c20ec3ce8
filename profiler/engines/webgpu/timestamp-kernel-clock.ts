// Times of kernels from the GPU's time stamps of their shader programs, which are checked on the way.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import type { KernelTiming } from '../engine.ts';
import type { KernelClock } from '../tfjs/kernel-clock.ts';
import type { ProgramRecorder } from './gpu-timestamps.ts';
import { checkPrograms } from './programs.ts';

interface Share {
  readonly kernel: Kernel | null;
  readonly programs: number;
}

/** GPU time of each kernel: the sum of its shader programs'. */
export class TimestampKernelClock implements KernelClock {
  private readonly recorder: ProgramRecorder;
  private readonly shares: Share[] = [];

  constructor(recorder: ProgramRecorder) {
    this.recorder = recorder;
    recorder.start();
  }

  time(kernel: Kernel | null, compute: () => tfTypes.Tensor): tfTypes.Tensor {
    const before = this.recorder.count;
    const result = compute();
    this.shares.push({ kernel, programs: this.recorder.count - before });
    return result;
  }

  async timings(): Promise<KernelTiming[]> {
    const programs = await this.recorder.finish();
    const timings: KernelTiming[] = [];
    let at = 0;
    for (const { kernel, programs: count } of this.shares) {
      const own = programs.slice(at, at + count);
      at += count;
      checkPrograms(
        kernel,
        own.map(({ program }) => program),
      );
      if (kernel !== null) {
        timings.push({ kernel, durationUs: own.reduce((sum, { durationUs }) => sum + durationUs, 0) });
      }
    }
    return timings;
  }
}
