// What a shrinking stage goes down to: below the budget for an expansion, above it for a knapsack.
import type { TrainingRun } from './training-run.ts';

/** What a shrinking stage goes down to, in the resource's unit. */
export function shrunkCost({ options, budget }: TrainingRun, fullCost: number): number {
  // A knapsack needs channels to choose among: its stage ends half-way, in ratios, and leaves the rest to it.
  return options.choose === 'knapsack' ? Math.sqrt(budget * fullCost) : options.shrinkShare * budget;
}
