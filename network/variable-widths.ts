// Refuses networks in which no width can vary, where sampling them would say nothing.
import { UserError } from '../records/user-error.ts';
import type { ChannelPlan } from './channel-plan.ts';

/** @throws UserError for a network whose sub-networks are all the same, since the width of no layer may differ */
export function requireVariableWidths({ network, groups }: ChannelPlan): void {
  if (groups.some(({ fixed, size }) => !fixed && size > 1)) return;
  throw new UserError({
    got: `${network.name}, in which the width of every layer is fixed, as inputs and outputs are`,
    expected: 'a network with a layer whose filters may be more or fewer',
    fix: 'ask predict or profile for its latency',
  });
}
