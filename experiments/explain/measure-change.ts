// Two networks measured together with their kernels, and their difference explained.
import { staleness } from '../../calibration/profile-match.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { Explanation } from '../../records/explanation.ts';
import { type MeasuredCase, measureTogether, type ProfileMeasuring } from '../profile/measure-profile.ts';
import { type ExplainOptions, explainChange } from './explain-change.ts';

export type MeasureChangeOptions = Omit<ExplainOptions, 'measured'> & Omit<ProfileMeasuring, 'device'>;

/**
 * As `explainChange`, of times measured in the same rounds and loads.
 * @returns what differs between the profile's machine and this one too
 * @throws UserError for a profile of another engine
 */
export async function measureChange(
  options: MeasureChangeOptions,
): Promise<{ readonly explanation: Explanation; readonly stale: readonly string[] }> {
  const { a, b, device, measurer } = options;
  const stale = staleness(device, measurer.description, await describeMachine());
  const cases: [MeasuredCase, MeasuredCase] = [{ network: a.network }, { network: b.network }];
  const block = await measureTogether(options, cases, true);
  const [first, second] = block.networks;
  if (first === undefined || second === undefined)
    throw new Error(`${a.name} and ${b.name} were not both measured`);
  return { explanation: explainChange({ ...options, measured: { a: first, b: second } }), stale };
}
