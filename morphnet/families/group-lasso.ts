// Channels decided over by the norm of their filter's weights.
import { makesChannels } from '../../network/layer.ts';
import type { Network } from '../../network/network.ts';
import { inferShapes } from '../../network/shapes.ts';
import { UserError } from '../../records/user-error.ts';
import type { ChannelFamily, SourceVariable } from './channel-family.ts';

/** Filters whose norm is at most this are dead. */
export const DEFAULT_LASSO_THRESHOLD = 1e-3;

/** A kernel and which of its values make which output channel. */
export interface KernelSource extends SourceVariable {
  /** Values of one output channel follow each other at this distance: index = (i · channels + c) · run + r. */
  readonly run: number;
}

/** Kernels of all convolutions and dense layers; a depthwise one makes no channels of its own. */
export function kernelSources(network: Network): KernelSource[] {
  const shapes = inferShapes(network);
  const sources: KernelSource[] = [];
  for (const layer of network.layers) {
    if (!makesChannels(layer)) continue;
    sources.push({
      layer: layer.name,
      weight: `${layer.name}/kernel`,
      symbol: 'weight',
      channels: shapes.get(layer.name)?.channels ?? 0,
      // [h, w, in, out], but transposed [h, w, out, in].
      run: layer.kind === 'conv2d-transpose' ? (shapes.get(layer.inputs[0] ?? '')?.channels ?? 1) : 1,
    });
  }
  return sources;
}

/** Calls `each` with every index of one channel's values. */
function ofChannel(
  length: number,
  { channels, run }: KernelSource,
  channel: number,
  each: (i: number) => void,
) {
  for (let from = channel * run; from < length; from += channels * run) {
    for (let r = 0; r < run; r++) each(from + r);
  }
}

/** Norm of each output channel's values: (1 − l1) · √mean(w²) + l1 · mean|w|. */
function norms(values: Float32Array, { channels, run }: KernelSource, l1Fraction: number): Float64Array {
  const squares = new Float64Array(channels);
  const sizes = new Float64Array(channels);
  for (let i = 0; i < values.length; ) {
    for (let c = 0; c < channels; c++) {
      for (let r = 0; r < run; r++, i++) {
        const value = values[i] as number;
        squares[c] = (squares[c] as number) + value * value;
        sizes[c] = (sizes[c] as number) + Math.abs(value);
      }
    }
  }
  const count = values.length / channels;
  return squares.map(
    (square, c) => (1 - l1Fraction) * Math.sqrt(square / count) + (l1Fraction * (sizes[c] as number)) / count,
  );
}

/**
 * A channel's regularization is the norm of its filter's weights, as Google's library has it: for networks without
 * batch norm. Masking a channel zeroes its filter and its bias.
 * @throws UserError for an l1Fraction outside 0 … 1
 */
export function groupLassoFamily(threshold: number = DEFAULT_LASSO_THRESHOLD, l1Fraction = 0): ChannelFamily {
  if (!(l1Fraction >= 0 && l1Fraction <= 1)) {
    throw new UserError({
      got: `l1Fraction ${l1Fraction}`,
      expected: 'a share from 0 to 1',
      fix: 'correct it',
    });
  }
  return {
    isProbabilistic: false,
    sources: kernelSources,
    evaluate(values, source) {
      const regularization = norms(values, source as KernelSource, l1Fraction);
      return { regularization, alive: Uint8Array.from(regularization, (norm) => (norm > threshold ? 1 : 0)) };
    },
    gradient(values, source, regularization, upstream) {
      const { channels, run } = source as KernelSource;
      const count = values.length / channels;
      const sizes = l1Fraction === 0 ? undefined : norms(values, source as KernelSource, 1);
      // ∂√mean(w²)/∂w = w / (count · √mean(w²)), ∂mean|w|/∂w = sign(w) / count.
      const perValue = new Float64Array(channels);
      const perSign = new Float64Array(channels);
      for (let c = 0; c < channels; c++) {
        const share = (upstream[c] as number) / count;
        const rootMeanSquare =
          l1Fraction === 1
            ? 0
            : ((regularization[c] as number) - l1Fraction * (sizes?.[c] ?? 0)) / (1 - l1Fraction);
        perValue[c] = rootMeanSquare > 0 ? ((1 - l1Fraction) * share) / rootMeanSquare : 0;
        perSign[c] = l1Fraction * share;
      }
      const gradient = new Float32Array(values.length);
      for (let i = 0; i < values.length; ) {
        for (let c = 0; c < channels; c++) {
          for (let r = 0; r < run; r++, i++) {
            const value = values[i] as number;
            gradient[i] = (perValue[c] as number) * value + (perSign[c] as number) * Math.sign(value);
          }
        }
      }
      return gradient;
    },
    proximal: {
      norm(values, source, channel) {
        let squares = 0;
        ofChannel(values.length, source as KernelSource, channel, (i) => {
          squares += (values[i] as number) ** 2;
        });
        return Math.sqrt(squares);
      },
      scale: (values, { channels }) => Math.sqrt(values.length / channels),
      l1Fraction,
      rescale(values, source, channel, factor) {
        ofChannel(values.length, source as KernelSource, channel, (i) => {
          values[i] = (values[i] as number) * factor;
        });
      },
      softThreshold(values, source, channel, amount) {
        const least = amount / (values.length / source.channels);
        ofChannel(values.length, source as KernelSource, channel, (i) => {
          const value = values[i] as number;
          values[i] = Math.sign(value) * Math.max(0, Math.abs(value) - least);
        });
      },
    },
  };
}
