// What all cases of a round have in common: how slow the machine was in it.
import { median } from 'simple-statistics';

/** Numbers of the rounds in which each case's times were taken; by default 0, 1, 2 … */
export type RoundNumbers = readonly (readonly number[])[];

const roundOf = (rounds: RoundNumbers | undefined, index: number, at: number) => rounds?.[index]?.[at] ?? at;

/** Rounds that every case has. */
function wholeRounds(timesUs: readonly (readonly number[])[], rounds: RoundNumbers | undefined): Set<number> {
  const counts = new Map<number, number>();
  for (const [index, times] of timesUs.entries())
    for (const at of times.keys()) {
      const round = roundOf(rounds, index, at);
      counts.set(round, (counts.get(round) ?? 0) + 1);
    }
  return new Set([...counts].filter(([, count]) => count === timesUs.length).map(([round]) => round));
}

/**
 * Common factor of each round: the median over its cases of the round's time over the case's median in the rounds that
 * every case has. Later rounds may lack cases: noisy ones get more.
 * @param timesUs cases × times
 * @returns by number of the round; 1 for a number that no case has
 */
export function roundFactors(timesUs: readonly (readonly number[])[], rounds?: RoundNumbers): number[] {
  const whole = wholeRounds(timesUs, rounds);
  const ratios: number[][] = [];
  for (const [index, times] of timesUs.entries()) {
    const common = times.filter((_, at) => whole.has(roundOf(rounds, index, at)));
    const typical = median(common.length > 0 ? common : [...times]);
    for (const [at, us] of times.entries()) {
      const round = roundOf(rounds, index, at);
      ratios[round] ??= [];
      ratios[round].push(us / typical);
    }
  }
  return Array.from(ratios, (each) => (each === undefined ? 1 : median(each)));
}

/** Cases × times, drift divided out. One case alone cannot tell drift from noise: it stays as it is. */
export function withoutRoundFactors(
  timesUs: readonly (readonly number[])[],
  rounds?: RoundNumbers,
): { times: number[][]; factors: number[] } {
  const factors = timesUs.length === 1 ? (timesUs[0] ?? []).map(() => 1) : roundFactors(timesUs, rounds);
  const times = timesUs.map((each, index) =>
    each.map((time, at) => time / (factors[roundOf(rounds, index, at)] ?? 1)),
  );
  return { times, factors };
}
