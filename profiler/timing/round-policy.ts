// How many rounds are enough.
/** How many rounds to take, as data, so that it can be sent to another process. */
export interface RoundPolicy {
  /** Rounds that are taken whatever the time; earlier ones count. */
  readonly minRounds: number;
  readonly maxRounds: number;
  /** Time on Date.now()'s clock by which the rounds beyond the least number must be done. */
  readonly deadlineMs: number;
  /** Only even numbers of rounds, so that even and odd ones are passes of the same length. */
  readonly even?: boolean;
}

/** Where a load stands between two rounds. */
export interface RoundState {
  /** Whole rounds, with those of earlier loads. */
  readonly done: number;
  /** Rounds of this load (with a fraction where it went on in the middle of one), and the seconds that they took. */
  readonly own: number;
  readonly seconds: number;
}

/** Whether to take another round. A load takes at least one, or loading was in vain. */
export function anotherRound(policy: RoundPolicy, state: RoundState, nowMs: number): boolean {
  const { minRounds, maxRounds, deadlineMs, even = false } = policy;
  const { done, own, seconds } = state;
  if (own === 0 || done < minRounds) return true;
  if (even && done % 2 === 1) return true;
  if (done >= maxRounds) return false;
  return nowMs + ((even ? 2e3 : 1e3) * seconds) / own < deadlineMs;
}
