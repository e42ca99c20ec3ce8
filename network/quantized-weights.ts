// What the whole numbers of a network stored in 8 bits stand for: from its weights, and from the ranges of its values.
import { type EightBits, isEightBits, isQuantized, isRounded, WHOLE_RANGES } from './element-types.ts';
import { keepsValues } from './kept-values.ts';
import type { Activation, Layer } from './layer.ts';
import type { Network } from './network.ts';

/** Least and largest of some values. */
export interface ValueRange {
  readonly least: number;
  readonly most: number;
}

interface Rounding {
  readonly scale: number;
  readonly zero: number;
}

type Values = ReadonlyMap<string, Float32Array>;

/** A scale and a zero point that reach all of a range, 0 included, as ONNX Runtime's quantizer chooses them. */
function roundingOf({ least, most }: ValueRange, type: EightBits): Rounding {
  const [from, to] = WHOLE_RANGES[type];
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  const scale = Math.fround((high - low) / (to - from)) || 1;
  return { scale, zero: Math.min(to, Math.max(from, Math.round(from - low / scale))) };
}

/** Of weights: around 0 where the type has a sign. */
function kernelRounding({ least, most }: ValueRange, type: EightBits): Rounding {
  if (type === 'uint8') return roundingOf({ least, most }, type);
  const largest = Math.max(Math.abs(least), Math.abs(most));
  return { scale: Math.fround(largest / WHOLE_RANGES.int8[1]) || 1, zero: 0 };
}

/** Which output channel a kernel's value is of, of so many. */
function channelOf(layer: Layer, kernel: Float32Array, channels: number): (at: number) => number {
  if (layer.kind !== 'conv2d-transpose') return (at) => at % channels;
  const inputs = kernel.length / (channels * layer.kernelSize[0] * layer.kernelSize[1]);
  return (at) => Math.floor(at / inputs) % channels;
}

/** Ranges of a kernel's values: of each output channel, or of all. */
function kernelRanges(layer: Layer, kernel: Float32Array, count: number): ValueRange[] {
  const least = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const of = count === 1 ? () => 0 : channelOf(layer, kernel, count);
  for (let at = 0; at < kernel.length; at++) {
    const channel = of(at);
    const value = kernel[at] as number;
    if (value < (least[channel] as number)) least[channel] = value;
    if (value > (most[channel] as number)) most[channel] = value;
  }
  return Array.from(least, (value, channel) => ({ least: value, most: most[channel] as number }));
}

/** Output channels of a layer with a kernel of its own; 1 where one scale is for all. */
function scaleCount(layer: Layer, kernel: Float32Array): number {
  if (layer.types?.perChannel !== true) return 1;
  if (layer.kind === 'dense') return layer.units;
  if (layer.kind === 'conv2d' || layer.kind === 'conv2d-transpose') return layer.filters;
  if (layer.kind === 'depthwise-conv2d') return kernel.length / (layer.kernelSize[0] * layer.kernelSize[1]);
  throw new Error(`layer ${layer.name} has no kernel`);
}

/**
 * Scales and zero points of a network whose layers say what they are stored as, by `layer/part`. What only moves values
 * has those of what it reads; a bias those of a product of input and kernel.
 * @param weights kernels, laid out as weights.ts says
 * @param rangeOf of what a layer makes
 */
export function quantizationOf(
  network: Network,
  weights: Values,
  rangeOf: (layer: Layer) => ValueRange,
): Map<string, Float32Array> {
  const parts = new Map<string, Float32Array>();
  const roundings = new Map<string, Rounding>();
  for (const layer of network.layers) {
    const { name, types } = layer;
    const input = roundings.get(layer.inputs[0] ?? '');
    if (isRounded(layer) && isEightBits(types?.output)) {
      const rounding =
        keepsValues(layer) && input !== undefined ? input : roundingOf(rangeOf(layer), types.output);
      roundings.set(name, rounding);
      parts.set(`${name}/output_scale`, Float32Array.of(rounding.scale));
      parts.set(`${name}/output_zero`, Float32Array.of(rounding.zero));
    }
    const kernel = weights.get(`${name}/kernel`);
    const type = types?.kernel;
    if (!isEightBits(type) || kernel === undefined) continue;
    const ranges = kernelRanges(layer, kernel, scaleCount(layer, kernel));
    const all = ranges.map((range) => kernelRounding(range, type));
    const scales = Float32Array.from(all, ({ scale }) => scale);
    parts.set(`${name}/kernel_scale`, scales);
    parts.set(
      `${name}/kernel_zero`,
      Float32Array.from(all, ({ zero }) => zero),
    );
    if (types?.bias === 'int32')
      parts.set(
        `${name}/bias_scale`,
        scales.map((scale) => scale * (input?.scale ?? 1)),
      );
  }
  return parts;
}

/** What values of seeded weights lie within, mostly: they neither vanish nor grow. */
const TYPICAL = 4;

const AT_LEAST_ZERO: ReadonlySet<Activation['activation']> = new Set([
  'relu',
  'relu6',
  'sigmoid',
  'hard-sigmoid',
]);

function typicalRange(layer: Layer): ValueRange {
  if (layer.kind !== 'activation') return { least: -TYPICAL, most: TYPICAL };
  const { activation, least = -TYPICAL, most = TYPICAL } = layer;
  const low = AT_LEAST_ZERO.has(activation) ? 0 : Math.max(least, -TYPICAL);
  return { least: low, most: Math.min(most, TYPICAL) };
}

/** As {@link quantizationOf}, for seeded weights and no values to go by; nothing of a network without 8 bits. */
export function seededQuantization(network: Network, weights: Values): Map<string, Float32Array> {
  return network.layers.some(isQuantized) ? quantizationOf(network, weights, typicalRange) : new Map();
}
