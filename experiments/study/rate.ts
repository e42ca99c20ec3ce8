// Networks measured a minute, added to what progress says.
import type { ProgressListener } from '../progress.ts';

/** Adds how many networks a minute are measured, in all their rounds, to a job's progress. */
export function withRate(listener: ProgressListener, networks: number): ProgressListener {
  // A resumed job starts in the middle: what was done before took none of this process's time.
  let first: { readonly fraction: number; readonly ms: number } | undefined;
  return ({ fraction, text }) => {
    const now = performance.now();
    first ??= { fraction, ms: now };
    const perMinute = (6e4 * networks * (fraction - first.fraction)) / (now - first.ms);
    const rate =
      Number.isFinite(perMinute) && perMinute > 0
        ? `, ${perMinute.toFixed(perMinute < 10 ? 1 : 0)} a minute`
        : '';
    listener({ fraction, text: `${text}${rate}` });
  };
}
