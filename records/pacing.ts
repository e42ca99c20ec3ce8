// Times at a stated speed of the machine: what a pacer, timed beside them, makes of them.

/** A time with the pacer's beside it. */
export interface Paced {
  /** As timed. */
  readonly latencyUs: number;
  /** In runs of the pacer, each burst by the pacers right before and after it; null where none was timed. */
  readonly perPacer: number | null;
}

/** How a session's times are brought to one speed. */
export interface Pacing {
  /** Time of the pacer at the speed that latencies are quoted at, in µs. */
  readonly referenceUs: number;
  /** Between 0, times as they were taken, and 1, times wholly in units of the pacer. */
  readonly exponent: number;
}

/**
 * The time at the reference speed: raw^(1 − e) · (pacers · reference)^e, so that the times of one session can be had at
 * any exponent from two numbers each.
 */
export function pacedUs({ latencyUs, perPacer }: Paced, pacing: Pacing | null): number {
  if (pacing === null || perPacer === null) return latencyUs;
  const { referenceUs, exponent } = pacing;
  return latencyUs ** (1 - exponent) * (perPacer * referenceUs) ** exponent;
}

/**
 * Mode of values above 0, by repeatedly keeping the half of them that is closest together in their logarithms
 * (half-sample mode; Bickel & Frühwirth, Computational Statistics & Data Analysis 50, 2006): the pacer's time while
 * nobody disturbs it, if that is what it has most often.
 * @throws Error for no values
 */
export function halfSampleMode(values: readonly number[]): number {
  let logs = values.map(Math.log).sort((a, b) => a - b);
  if (logs.length === 0) throw new Error('no values have no mode');
  while (logs.length > 2) {
    const half = Math.ceil(logs.length / 2);
    let from = 0;
    const width = (at: number) => (logs[at + half - 1] as number) - (logs[at] as number);
    for (let at = 1; at + half <= logs.length; at++) if (width(at) < width(from)) from = at;
    logs = logs.slice(from, from + half);
  }
  return Math.exp(((logs[0] as number) + (logs.at(-1) as number)) / 2);
}
