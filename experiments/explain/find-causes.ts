// Every cause of the difference between two networks' times, layer by layer; together they are the difference.
import type { Cause } from '../../records/explanation.ts';
import { changeInWords, loneInWords } from './in-words.ts';
import { type Deltas, kernelChange } from './kernel-change.ts';
import { LoneKernels } from './lone-kernel.ts';
import type { LayerMatches } from './match-layers.ts';
import { type KernelPair, type Owned, opOf, pairKernels } from './pair-kernels.ts';
import type { TimedNetwork } from './timed-network.ts';

/** A cause in one kernel; layers are null where that network has none, both where it is of no kernel. */
export interface FoundCause {
  readonly a: string | null;
  readonly b: string | null;
  readonly cause: Cause;
  readonly deltaUs: number;
  readonly detail: string;
}

const deltaSum = (deltas: Deltas) => [...deltas.values()].reduce((sum, us) => sum + us, 0);

/** Of a kernel that both have: what the model says of it, and what it took otherwise than the model says. */
function ofPair(network: TimedNetwork, a: Owned, b: Owned): Omit<FoundCause, 'a' | 'b'>[] {
  const differenceUs = b.us - a.us;
  if (!('kernel' in a && 'kernel' in b)) return [{ cause: 'unexplained', deltaUs: differenceUs, detail: '' }];
  const deltas = new Map(kernelChange(network.costs, a.kernel, b.kernel));
  deltas.set('unexplained', (deltas.get('unexplained') ?? 0) + differenceUs - deltaSum(deltas));
  return [...deltas].map(([cause, deltaUs]) => ({
    cause,
    deltaUs,
    detail: changeInWords(cause, a.kernel, b.kernel),
  }));
}

/** All causes that are not nothing; what is left over of the networks' whole times is unexplained and of no layer. */
export function findCauses(a: TimedNetwork, b: TimedNetwork, matches: LayerMatches): FoundCause[] {
  const aloneInA = new LoneKernels(a.plan.network, (layer) => matches.ofA.has(layer));
  const aloneInB = new LoneKernels(b.plan.network, (layer) => matches.ofB.has(layer));
  const ofKernels = ({ a: own, b: other }: KernelPair): FoundCause[] => {
    const layers = {
      a: own?.owner ?? (other === null ? null : (matches.ofB.get(other.owner)?.name ?? null)),
      b: other?.owner ?? (own === null ? null : (matches.ofA.get(own.owner)?.name ?? null)),
    };
    if (own !== null && other !== null)
      return ofPair(a, own, other).map((found) => ({ ...layers, ...found }));
    const alone = own ?? other;
    if (alone === null) return [];
    const isNew = own === null;
    const cause = (isNew ? aloneInB : aloneInA).cause(opOf(alone), alone.owner);
    const detail = loneInWords(alone, isNew);
    return [{ ...layers, cause, deltaUs: isNew ? alone.us : -alone.us, detail }];
  };
  const found = pairKernels(a, b, matches).flatMap(ofKernels);
  const rest = b.latencyUs - a.latencyUs - found.reduce((sum, { deltaUs }) => sum + deltaUs, 0);
  const all: FoundCause[] = [...found, { a: null, b: null, cause: 'unexplained', deltaUs: rest, detail: '' }];
  return all.filter(({ deltaUs }) => deltaUs !== 0);
}
