// Widths measured beside the seed network, and chosen again until they are as fast as was asked.
import type { Network } from '../../network/network.ts';
import type { BlockMeasurement, NetworkMeasurement } from '../../profiler/timing/measure-networks.ts';

/** A network to be made as fast, or as small, as a share of the seed network. */
export interface Aim<C> {
  readonly id: string;
  /** Share of the seed network's measured latency, or of its cost. */
  readonly share: number;
  /** What is predicted to cost no more. */
  readonly choose: (budget: number) => C;
  readonly networkOf: (chosen: C) => Network;
  /** What the seed network costs: its predicted latency, in µs, or its FLOPs. */
  readonly seedCost: number;
}

/** A network that was chosen, and how long it took beside the seed network. */
export interface Reached<C> {
  readonly id: string;
  readonly chosen: C;
  readonly network: Network;
  readonly latencyUs: number;
  readonly standardError: number | null;
  /** The seed network's, in the same session. */
  readonly seedUs: number;
}

/** Measures networks together: the seed network first, by the id `seed`. */
export type MeasureTogether = (networks: ReadonlyMap<string, Network>) => Promise<BlockMeasurement>;

/** Choices of one network, each from what the one before was measured to take. */
const MOST_CHOICES = 6;

/** A predicted budget, and the share of the seed network's latency that what it chose was measured to take. */
interface Try {
  readonly budget: number;
  readonly share: number;
}

/** Of the way between two tries that enclose the aim, at the least from either. */
const INSIDE = 0.15;

/**
 * The budget to predict with next: the last one scaled by what it was off, or, once tries lie on both sides of the share,
 * interpolated between the nearest of each, in logarithms: predictions may be off by more than a factor.
 */
export function nextBudget(tries: readonly Try[], share: number): number {
  const below = tries.filter((each) => each.share < share).sort((a, b) => b.budget - a.budget)[0];
  const above = tries.filter((each) => each.share >= share).sort((a, b) => a.budget - b.budget)[0];
  const last = tries.at(-1) as Try;
  if (below === undefined || above === undefined || below.budget >= above.budget)
    return (last.budget * share) / last.share;
  const along = Math.log(share / below.share) / Math.log(above.share / below.share);
  const inside = Math.min(1 - INSIDE, Math.max(INSIDE, along));
  return below.budget * (above.budget / below.budget) ** inside;
}

function found(block: BlockMeasurement, id: string): NetworkMeasurement {
  const network = block.networks.find((each) => each.id === id);
  if (network === undefined) throw new Error(`network ${id} was not measured`);
  return network;
}

/**
 * Chooses networks by prediction, measures them together with the seed network, and chooses those again that are off by
 * more than the tolerance, with the prediction corrected by what was measured. Of several tries the nearest counts.
 * @param isExact whether budgets are of what is known beforehand (FLOPs): then each is chosen, and measured, once
 */
export async function reachBudgets<C>(
  seedNetwork: Network,
  aims: readonly Aim<C>[],
  { tolerance, isExact }: { readonly tolerance: number; readonly isExact: boolean },
  measure: MeasureTogether,
): Promise<Reached<C>[]> {
  const best = new Map<string, Reached<C>>();
  const off = ({ share }: Aim<C>, reached: Reached<C> | undefined) =>
    reached === undefined
      ? Number.POSITIVE_INFINITY
      : Math.abs(reached.latencyUs / reached.seedUs / share - 1);
  const tries = new Map<string, Try[]>(aims.map(({ id }) => [id, []]));
  const budgetOf = ({ id, share, seedCost }: Aim<C>) => {
    const own = tries.get(id) as Try[];
    // What is predicted to take as long as the seed network may be the seed network.
    return own.length === 0 ? share * seedCost : Math.min(seedCost, nextBudget(own, share));
  };
  for (let choice = 0; choice < (isExact ? 1 : MOST_CHOICES); choice++) {
    const open = aims.filter((aim) => off(aim, best.get(aim.id)) > tolerance);
    if (open.length === 0) break;
    const tried = open.map((aim) => {
      const budget = budgetOf(aim);
      const chosen = aim.choose(budget);
      return { aim, budget, chosen, network: aim.networkOf(chosen) };
    });
    const block = await measure(
      new Map([['seed', seedNetwork], ...tried.map(({ aim, network }) => [aim.id, network] as const)]),
    );
    const { latencyUs: seedUs } = found(block, 'seed');
    for (const { aim, budget, chosen, network } of tried) {
      const { latencyUs, standardError } = found(block, aim.id);
      const reached = { id: aim.id, chosen, network, latencyUs, standardError, seedUs };
      if (off(aim, reached) < off(aim, best.get(aim.id))) best.set(aim.id, reached);
      tries.get(aim.id)?.push({ budget, share: latencyUs / seedUs });
    }
  }
  return aims.map(({ id }) => best.get(id) as Reached<C>);
}
