// What the variables of a model say at one moment: each channel's regularization, and whether it is alive.
import { UserError } from '../records/user-error.ts';
import type { ChannelVariables } from './channel-variables.ts';
import { type ChannelRegularization, type ChannelSource, regularizeChannels } from './op-regularization.ts';

/** What the variables say at one moment. */
export interface Reading {
  /** Of each source, row-major. */
  readonly values: readonly Float32Array[];
  readonly sources: readonly ChannelSource[];
  readonly channels: ChannelRegularization;
}

/**
 * What values of the variables mean for each channel.
 * @param step of training, for errors
 * @throws UserError naming the layer whose value is not a number, and the step
 */
export function readingOf(
  { family, grouping, slots, bound }: ChannelVariables,
  values: readonly Float32Array[],
  step: number,
): Reading {
  const sources = bound.map(({ source, slots: own }, index): ChannelSource => {
    const evaluated = family.evaluate(values[index] as Float32Array, source);
    const bad = evaluated.regularization.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new UserError({
        got: `${source.symbol} of ${source.layer}[${bad}] that is not a number in step ${step}`,
        expected: `a finite ${source.symbol}`,
        fix: 'lower the learning rate or the strength',
      });
    }
    return { slots: own, ...evaluated };
  });
  return { values, sources, channels: regularizeChannels(slots, sources, grouping) };
}
