// Names and shapes of a network's weights, and seeded values for them.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { QUANTIZATION_PARTS, quantizationParts } from './element-types.ts';
import { unknownLayer } from './layer.ts';
import type { Network } from './network.ts';
import { seededQuantization } from './quantized-weights.ts';
import type { ScratchMemory } from './scratch-memory.ts';
import { inferShapes } from './shapes.ts';
import { weightOwner } from './shared-weights.ts';

/**
 * Weights by `layer/part`: `kernel` (convolution [h, w, in / groups, out], depthwise [h, w, in, multiplier], transposed
 * [h, w, out / groups, in], dense [in, out], row-major), `bias`, `gamma`, `beta`, `moving_mean`, `moving_variance` of a
 * batch norm, `gamma` and `beta` of a group or layer norm, `slope` of a prelu, and `logits` of a gate, which only
 * training reads. What is stored in 8 bits has its values here too, and beside them what its whole numbers stand for
 * (element-types.ts).
 */
export type Weights = ReadonlyMap<string, Float32Array>;

/** Name and shape of every weight that a network has, in layer order. */
export function weightShapes(network: Network): { name: string; shape: readonly number[] }[] {
  const shapes = inferShapes(network);
  const list: { name: string; shape: readonly number[] }[] = [];
  for (const layer of network.layers) {
    const input = shapes.get(layer.inputs[0] ?? '')?.channels ?? 0;
    const output = shapes.get(layer.name)?.channels ?? 0;
    const push = (part: string, ...shape: number[]) => list.push({ name: `${layer.name}/${part}`, shape });
    switch (layer.kind) {
      case 'conv2d':
        push('kernel', ...layer.kernelSize, input / (layer.groups ?? 1), output);
        break;
      case 'conv2d-transpose':
        push('kernel', ...layer.kernelSize, output / (layer.groups ?? 1), input);
        break;
      case 'prelu':
        push('slope', output);
        break;
      case 'group-norm':
      case 'layer-norm':
        push('gamma', output);
        push('beta', output);
        break;
      case 'bias-add':
        push('bias', output);
        break;
      case 'depthwise-conv2d':
        push('kernel', ...layer.kernelSize, input, layer.multiplier);
        break;
      case 'dense':
        push('kernel', input, output);
        break;
      case 'batch-norm':
        if (layer.scale) push('gamma', output);
        for (const part of ['beta', 'moving_mean', 'moving_variance']) push(part, output);
        break;
      case 'gate':
        push('logits', output);
        break;
      case 'op':
        for (const operand of layer.operands)
          if (operand?.kind === 'weight') push(operand.part, ...operand.dims);
        break;
      case 'op-output':
      case 'input':
      case 'activation':
      case 'max-pool':
      case 'avg-pool':
      case 'global-avg-pool':
      case 'add':
      case 'multiply':
      case 'concat':
      case 'slice':
      case 'channel-shuffle':
      case 'pad':
      case 'border-pad':
      case 'crop':
      case 'upsample':
      case 'resize':
      case 'depth-to-space':
      case 'space-to-depth':
      case 'dropout':
      case 'flatten':
      case 'softmax':
      case 'arg-max':
      case 'local-response-norm':
      case 'channel-mean':
      case 'channel-max':
      case 'subtract':
      case 'divide':
      case 'minimum':
      case 'maximum':
        break;
      default:
        unknownLayer(layer);
    }
    if ('useBias' in layer && layer.useBias) push('bias', output);
    for (const [part, count] of quantizationParts(layer, output)) push(part, count);
  }
  return list;
}

/** Standard normal values that all seeded weights are cut from: drawing 11 million anew takes a second. */
const POOL_SIZE = 1 << 16;
let pool: { seed: number; values: Float32Array } | undefined;

function normalPool(seed: number): Float32Array {
  if (pool?.seed === seed) return pool.values;
  const random = xoroshiro128plus(seed);
  const uniform = () => ((random.next() >>> 0) + 0.5) / 2 ** 32;
  const values = new Float32Array(POOL_SIZE);
  for (let i = 0; i < POOL_SIZE; i += 2) {
    // Box-Muller.
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  pool = { seed, values };
  return values;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/**
 * `count` standard normal values that depend on seed and name alone. They repeat every 65,536 values: good for
 * timing and for comparing engines, not for training.
 * @param scratch where they are put; fresh memory by default
 */
export function seededNormals(
  name: string,
  count: number,
  seed: number,
  scratch?: ScratchMemory,
): Float32Array {
  const source = normalPool(seed);
  const result = scratch?.floats(count) ?? new Float32Array(count);
  let from = hash(name) % POOL_SIZE;
  for (let at = 0; at < count; ) {
    const run = Math.min(POOL_SIZE - from, count - at);
    result.set(source.subarray(from, from + run), at);
    at += run;
    from = 0;
  }
  return result;
}

/** What small weights lie around, other than zero: scales one, logits of gates that are open. */
const CENTRES: Readonly<Record<string, number>> = { gamma: 1, moving_variance: 1, logits: 1, slope: 0.25 };

/**
 * Weights for timing and comparing: kernels normal with variance 2 / fan-in (He et al., arXiv 1502.01852), so that
 * activations neither vanish nor overflow; small biases; batch norm near the identity; gates open; 8 bits for values of
 * that size.
 * @param scratch where they are put; fresh memory by default
 */
export function seededWeights(network: Network, seed: number, scratch?: ScratchMemory): Weights {
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of weightShapes(network)) {
    const owner = weights.get(weightOwner(network, name));
    if (owner !== undefined) {
      weights.set(name, owner);
      continue;
    }
    const part = name.slice(name.lastIndexOf('/') + 1);
    if (QUANTIZATION_PARTS.has(part)) continue;
    const count = shape.reduce((product, size) => product * size, 1);
    const values = seededNormals(name, count, seed, scratch);
    if (part === 'kernel') {
      // A depthwise filter sums over its window only.
      const depthwise = network.layers.some(
        (layer) => layer.kind === 'depthwise-conv2d' && `${layer.name}/kernel` === name,
      );
      const fanIn = depthwise ? (shape[0] ?? 1) * (shape[1] ?? 1) : count / (shape.at(-1) ?? 1);
      const scale = Math.sqrt(2 / fanIn);
      for (let i = 0; i < count; i++) values[i] = (values[i] as number) * scale;
    } else {
      const centre = CENTRES[part] ?? 0;
      for (let i = 0; i < count; i++)
        values[i] = centre + 0.1 * Math.max(-3, Math.min(3, values[i] as number));
    }
    weights.set(name, values);
  }
  for (const [name, values] of seededQuantization(network, weights)) weights.set(name, values);
  return weights;
}
