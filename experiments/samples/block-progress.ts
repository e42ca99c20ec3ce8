// Progress of a block of samples, by rounds or by time.
import type { BlockOptions } from '../../profiler/timing/measure-block.ts';

/** Told how much of a block is done, and what is being done. */
export type BlockProgress = (fraction: number, text: string) => void;

/** Progress of a block by rounds or by time, whichever its policy is nearer to ending by. */
export function blockProgress(
  { minRounds, maxRounds }: { readonly minRounds: number; readonly maxRounds: number },
  cases: number,
  taken: number,
  deadlineMs: number,
  onProgress: BlockProgress,
): Required<Pick<BlockOptions, 'onSample' | 'onStage'>> {
  const startMs = performance.now();
  let samples = taken;
  let loading = 0;
  const tell = (text: string) => {
    const now = performance.now();
    const byTime = deadlineMs > startMs ? (now - startMs) / (deadlineMs - startMs) : 0;
    const byLeast = samples / (cases * minRounds);
    const byMost = samples / (cases * maxRounds);
    onProgress(Math.min(0.99, byLeast, Math.max(byTime, byMost)), text);
  };
  let where = '';
  return {
    onStage({ step, id }, load) {
      if (step === 'load') loading = id === null ? 0 : loading + 1;
      where = load.of > 1 ? `, load ${load.index + 1} of ${load.of}` : '';
      if (step === 'load') tell(`${where}: loading ${loading} of ${cases}`);
    },
    onSample() {
      samples++;
      tell(where);
    },
  };
}
