// One proximal step over all channels: those that share a slot move together, each slot by its own amount.
import { UserError } from '../records/user-error.ts';
import type { BoundSource, ChannelVariables } from './channel-variables.ts';
import type { ChannelProximal } from './families/channel-family.ts';
import { proximalOfL2, proximalOfMax } from './proximal.ts';

/** A channel of one of the sources. */
export interface SourceChannel {
  readonly source: number;
  readonly channel: number;
}

/** Per slot: the channels of sources that share it. */
export function channelsOfSlots({
  slots,
  bound,
}: Pick<ChannelVariables, 'slots' | 'bound'>): readonly (readonly SourceChannel[])[] {
  const members = Array.from({ length: slots.count }, (): SourceChannel[] => []);
  bound.forEach(({ slots: own }, source) => {
    own.forEach((slot, channel) => {
      members[slot]?.push({ source, channel });
    });
  });
  return members;
}

/** @throws UserError for gates, which cannot be zero */
export function proximalOf({ family: { proximal } }: Pick<ChannelVariables, 'family'>): ChannelProximal {
  if (proximal !== undefined) return proximal;
  throw new UserError({
    got: 'a proximal step for gates',
    expected: 'γ or filters, which can be zero',
    fix: 'add term() to the loss instead',
  });
}

/**
 * Moves values by the proximal operator of step · Σ over slots of weight · regularization, in place.
 * @param values of each source, row-major
 * @param members as {@link channelsOfSlots} gives them
 * @param weights per slot
 * @param step learning rate times strength
 * @throws UserError for gates, and for group lasso with an l1 fraction on tied filters
 */
export function takeProximalStep(
  variables: ChannelVariables,
  values: readonly Float32Array[],
  members: readonly (readonly SourceChannel[])[],
  weights: Float64Array,
  step: number,
): void {
  const shrink = slotShrinker(variables, values);
  members.forEach((tied, slot) => {
    const amount = step * (weights[slot] as number);
    if (amount > 0 && tied.length > 0) shrink(tied, amount);
  });
}

/** The proximal operator for the channels of one slot, in place. */
function slotShrinker(
  variables: ChannelVariables,
  values: readonly Float32Array[],
): (tied: readonly SourceChannel[], amount: number) => void {
  const { bound, grouping } = variables;
  const proximal = proximalOf(variables);
  const { l1Fraction } = proximal;
  const sourceOf = (index: number) => (bound[index] as BoundSource).source;
  const valuesOf = (index: number) => values[index] as Float32Array;
  return (tied, amount) => {
    if (l1Fraction > 0) {
      if (tied.length > 1) {
        throw new UserError({
          got: `a proximal step with l1Fraction ${l1Fraction} where ${tied.map(({ source }) => sourceOf(source).layer).join(' and ')} are tied`,
          expected: 'l1Fraction 0 there',
          fix: 'use l1Fraction 0, or add term() to the loss instead',
        });
      }
      for (const { source, channel } of tied) {
        proximal.softThreshold(valuesOf(source), sourceOf(source), channel, amount * l1Fraction);
      }
    }
    const left = amount * (1 - l1Fraction);
    const norms = tied.map(({ source, channel }) =>
      proximal.norm(valuesOf(source), sourceOf(source), channel),
    );
    const scales = tied.map(({ source }) => proximal.scale(valuesOf(source), sourceOf(source)));
    const moved = grouping === 'l2' ? proximalOfL2(norms, left, scales) : proximalOfMax(norms, left, scales);
    tied.forEach(({ source, channel }, i) => {
      const norm = norms[i] as number;
      if (norm === 0 || moved[i] === norm) return;
      proximal.rescale(valuesOf(source), sourceOf(source), channel, (moved[i] as number) / norm);
    });
  };
}
