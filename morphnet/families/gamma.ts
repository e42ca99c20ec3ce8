// Channels decided over by |γ| of their batch norm.
import type { Network } from '../../network/network.ts';
import { inferShapes } from '../../network/shapes.ts';
import { UserError } from '../../records/user-error.ts';
import type { ChannelFamily, SourceVariable } from './channel-family.ts';

/** |γ| of at most this is dead. MorphNet's usual setting. */
export const DEFAULT_GAMMA_THRESHOLD = 1e-3;

/** One γ per channel for every batch norm. */
function gammaSources(network: Network): SourceVariable[] {
  const shapes = inferShapes(network);
  const norms = network.layers.filter((layer) => layer.kind === 'batch-norm');
  const unscaled = norms.filter((layer) => layer.kind === 'batch-norm' && !layer.scale);
  if (unscaled.length > 0) {
    throw new UserError({
      got: `batch norm without scale: ${unscaled.map(({ name }) => name).join(', ')}`,
      expected: 'a γ in every batch norm',
      fix: 'build them with scale: true',
    });
  }
  if (norms.length === 0) {
    throw new UserError({
      got: `network ${network.name} without batch norm`,
      expected: 'γ to regularize',
      fix: 'use GroupLasso or LogisticSigmoid instead of Gamma',
    });
  }
  return norms.map(({ name }) => ({
    layer: name,
    weight: `${name}/gamma`,
    symbol: 'γ',
    channels: shapes.get(name)?.channels ?? 0,
  }));
}

/** A channel's regularization is |γ| of its batch norm (MorphNet, arXiv 1711.06798, §3.3). */
export function gammaFamily(threshold: number = DEFAULT_GAMMA_THRESHOLD): ChannelFamily {
  // Google's library compares float32 γ with a float32 threshold.
  const least = Math.fround(threshold);
  return {
    isProbabilistic: false,
    sources: gammaSources,
    evaluate(values) {
      const regularization = Float64Array.from(values, Math.abs);
      return { regularization, alive: Uint8Array.from(regularization, (size) => (size > least ? 1 : 0)) };
    },
    gradient: (values, _source, _regularization, upstream) =>
      values.map((gamma, c) => Math.sign(gamma) * (upstream[c] as number)),
    proximal: {
      norm: (values, _source, channel) => Math.abs(values[channel] as number),
      scale: () => 1,
      l1Fraction: 0,
      rescale(values, _source, channel, factor) {
        values[channel] = (values[channel] as number) * factor;
      },
      softThreshold() {},
    },
  };
}
