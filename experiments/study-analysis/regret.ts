// Regret: how much slower the network is that a proxy chooses than the fastest it could have chosen.
import { quantile } from 'simple-statistics';
import type { RegretCurve } from '../../records/study-analysis.ts';
import { type Columns, columnOf, latencyNames, MEASURED } from './studied-columns.ts';

/** Floors at these quantiles of the floored quantity: 1 %, 3 %, … 95 %, so that a twentieth is always left to choose. */
const FLOOR_QUANTILES = Array.from({ length: 48 }, (_, k) => 0.01 + 0.02 * k);

/**
 * What it costs to choose a network by something else than its latency: of all networks with at least so much of a
 * quantity, the one that the chooser holds for the cheapest, over the one that is really the fastest.
 * @param floored the quantity that must not fall below a floor (weights, FLOPs)
 * @param chooser what is minimized
 * @param latencyUs what it costs
 */
export function regretCurve(
  names: Pick<RegretCurve, 'floor' | 'chooser' | 'latency'>,
  floored: readonly number[],
  chooser: readonly number[],
  latencyUs: readonly number[],
): RegretCurve {
  // From the highest floor down, the best so far of both.
  const order = floored.map((_, i) => i).sort((a, b) => (floored[b] as number) - (floored[a] as number));
  const floors = FLOOR_QUANTILES.map((q) => quantile([...floored], q)).reverse();
  const points: RegretCurve['points'] = [];
  let next = 0;
  let chosen = -1;
  let fastest = -1;
  const better = (values: readonly number[], than: number, index: number) =>
    than < 0 || (values[index] as number) < (values[than] as number);
  for (const floor of floors) {
    for (; next < order.length && (floored[order[next] as number] as number) >= floor; next++) {
      const index = order[next] as number;
      if (better(chooser, chosen, index)) chosen = index;
      if (better(latencyUs, fastest, index)) fastest = index;
    }
    const [chosenUs, fastestUs] = [latencyUs[chosen] as number, latencyUs[fastest] as number];
    points.push({
      floor,
      networks: next,
      chosen_us: chosenUs,
      fastest_us: fastestUs,
      regret: chosenUs / fastestUs - 1,
    });
  }
  points.reverse();
  const regrets = points.map(({ regret }) => regret);
  return {
    ...names,
    median: quantile(regrets, 0.5),
    p95: quantile(regrets, 0.95),
    max: Math.max(...regrets),
    points,
  };
}

/** Quantities that must not fall below a floor while latency is minimized. */
const FLOORS = ['flops', 'parameters'] as const;

/**
 * Choosing by FLOPs, and, where the measured latency is the judge, by each device's prediction. The fastest of many
 * measured is partly the luckiest; predictions as judges have no noise.
 */
export function regretCurves(columns: Columns, deviceColumns: readonly string[]): RegretCurve[] {
  return latencyNames(columns).flatMap((latency) =>
    FLOORS.flatMap((floor) =>
      (latency === MEASURED ? ['flops', ...deviceColumns] : ['flops']).map((chooser) =>
        regretCurve(
          { floor, chooser, latency },
          columnOf(columns, floor),
          columnOf(columns, chooser),
          columnOf(columns, latency),
        ),
      ),
    ),
  );
}
