// Which layers run no kernel of their own, whatever the data layout: folded norms, fused activations, joins of one.
import type { ChannelPlan } from '../channel-plan.ts';
import { computesEightBits, isCut } from '../eight-bit-kernels.ts';
import { isQuantized, isRounded } from '../element-types.ts';
import type { Layer } from '../layer.ts';
import type { LoweringRules } from './rules.ts';

const FUSES_ACTIVATION: ReadonlySet<Layer['kind']> = new Set(['conv2d', 'depthwise-conv2d', 'dense']);
const TAKES_BIAS: ReadonlySet<Layer['kind']> = new Set([...FUSES_ACTIVATION, 'conv2d-transpose']);
const JOINS: ReadonlySet<Layer['kind']> = new Set(['concat', 'add', 'multiply']);
const FOLDS: ReadonlySet<Layer['kind']> = new Set(['batch-norm', 'bias-add']);

/** Which layers run no kernel of their own. */
export interface Fusions {
  /** Per layer: the layer whose kernel makes its tensor. */
  readonly source: Int32Array;
  /** Per layer: the activations computed inside its kernel. */
  readonly fused: readonly (readonly string[])[];
  /** Per layer: 1 if a batch norm folded into it, which leaves a bias. */
  readonly biased: Uint8Array;
}

/**
 * Finds the fusions among the layers that are alive, as if the network were resized first: a join left with one input
 * stands for that input, and with layers gone a batch norm or an activation may come to have a convolution for itself.
 */
export function findFusions(plan: ChannelPlan, alive: Uint8Array, rules: LoweringRules): Fusions {
  const { layers, outputs } = plan.network;
  const source = Int32Array.from(layers, (_, index) => index);
  const inputsOf = (index: number) =>
    Array.from(plan.inputs[index] as Int32Array).filter((input) => alive[input] === 1);
  layers.forEach((layer, index) => {
    if (!JOINS.has(layer.kind)) return;
    const left = inputsOf(index);
    if (left.length === 1 && layer.inputs.length > 1) source[index] = source[left[0] as number] as number;
  });
  const joined = source.slice();

  /** How many layers read each tensor; an output is read once more by the caller. */
  const readersAt = (standsFor: Int32Array) => {
    const readers = new Int32Array(layers.length);
    const read = (tensor: number) => {
      const by = standsFor[tensor] as number;
      readers[by] = (readers[by] as number) + 1;
    };
    for (let index = 0; index < layers.length; index++) {
      if (alive[index] === 1 && standsFor[index] === index) inputsOf(index).forEach(read);
    }
    for (const output of outputs) read(plan.layerIndex.get(output) as number);
    return readers;
  };

  const biased = new Uint8Array(layers.length);
  const beforeFolding = readersAt(joined);
  layers.forEach((layer, index) => {
    const input = plan.inputs[index]?.[0];
    if (!FOLDS.has(layer.kind) || alive[index] === 0 || input === undefined) return;
    const tensor = joined[input] as number;
    const producer = source[tensor] as number;
    if (beforeFolding[tensor] !== 1 || !TAKES_BIAS.has(layers[producer]?.kind ?? 'input')) return;
    if (isQuantized(layer) || isQuantized(layers[producer] as Layer)) return;
    source[index] = producer;
    biased[producer] = 1;
  });
  // Joins stand for tensors whose batch norms may have folded since.
  layers.forEach((_, index) => {
    source[index] = source[source[index] as number] as number;
  });

  const fused: string[][] = layers.map(() => []);
  // One activation fuses, not the next behind it.
  const folded = source.slice();
  const beforeFusing = readersAt(folded);
  layers.forEach((layer, index) => {
    const input = plan.inputs[index]?.[0];
    if (layer.kind !== 'activation' || alive[index] === 0 || input === undefined) return;
    const producer = folded[input] as number;
    const made = layers[producer] as Layer;
    if (beforeFusing[producer] !== 1 || isRounded(made)) return;
    const fusable = made.kind === 'dense' ? rules.denseActivations : rules.fusedActivations;
    const isFused = FUSES_ACTIVATION.has(made.kind) && fusable.includes(layer.activation);
    // A rounding behind it cuts off where the activation does.
    const isCutOff = rules.quantizes && isRounded(layer) && isCut(layer) && computesEightBits(made);
    if (!isFused && !isCutOff) return;
    source[index] = producer;
    fused[producer]?.push(layer.name);
  });
  layers.forEach((_, index) => {
    source[index] = source[source[index] as number] as number;
  });
  return { source, fused, biased };
}
