// Times of kernels from the GPU's time stamps of their shader programs, which are compared with those predicted.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import type { KernelTiming } from '../engine.ts';
import type { KernelClock } from '../tfjs/kernel-clock.ts';
import type { ProgramRecorder } from './gpu-timestamps.ts';
import { ranAsPredicted } from './programs.ts';

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
    const others: KernelTiming[] = [];
    let at = 0;
    for (const { kernel, programs: count } of this.shares) {
      const own = programs.slice(at, at + count);
      at += count;
      const seen = own.map(({ program }) => program);
      const durationUs = own.reduce((sum, each) => sum + each.durationUs, 0);
      if (ranAsPredicted(kernel, seen)) {
        if (kernel !== null) timings.push({ kernel, durationUs });
      } else if (seen.length > 0) {
        const name = kernel?.name ?? 'a layer without a kernel';
        others.push({ kernel: { name, op: seen.join(' + '), isUnforeseen: true }, durationUs });
      }
    }
    return [...timings, ...others];
  }
}
