// The phase that expands: what shrinking left alive grows in proportion, as far as the budget goes.
import { type Expansion, expandSnapped, expandWidths } from '../../morphnet/expand.ts';
import type { TrainingRun } from './training-run.ts';

/** @param alive widths of the shrunk network */
export function expandToBudget(
  { options, plan, resource, budget }: TrainingRun,
  alive: Int32Array,
): Expansion {
  const expand = options.snap ? expandSnapped : expandWidths;
  return expand(plan, alive, (widths) => resource.cost(widths), budget);
}
