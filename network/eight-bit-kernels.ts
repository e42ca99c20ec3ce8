// Which layers an engine can compute with whole numbers of 8 bits.
import { isEightBits } from './element-types.ts';
import { keepsValues } from './kept-values.ts';
import type { ActivationFunction, Layer } from './layer.ts';

/** Activations that a kernel of 8 bits computes by where it cuts its values off. */
const CUTS: ReadonlySet<ActivationFunction> = new Set(['relu', 'relu6', 'clip']);
/** Those with a kernel of 8 bits. */
const COMPUTED: ReadonlySet<ActivationFunction> = new Set(['sigmoid', 'leaky-relu']);

const PRODUCTS: ReadonlySet<Layer['kind']> = new Set(['conv2d', 'depthwise-conv2d', 'dense']);
const JOINS: ReadonlySet<Layer['kind']> = new Set(['concat', 'avg-pool', 'global-avg-pool']);
/** Moves for which ONNX Runtime has kernels of floats alone. */
const OF_FLOATS: ReadonlySet<Layer['kind']> = new Set(['depth-to-space', 'space-to-depth']);
const OF_TWO: ReadonlySet<Layer['kind']> = new Set(['add', 'multiply']);

/** Whether an activation is what whole numbers are cut off at anyway. */
export function isCut(layer: Layer): boolean {
  return layer.kind === 'activation' && CUTS.has(layer.activation);
}

/** Whether a layer multiplies by a kernel, which may be in 8 bits too. */
export function isProduct(layer: Layer): boolean {
  return PRODUCTS.has(layer.kind);
}

/** Whether there is a kernel of 8 bits for a layer whose inputs and output are rounded, its own kernel as well. */
export function hasEightBitKernel(layer: Layer): boolean {
  if (OF_TWO.has(layer.kind)) return layer.inputs.length === 2;
  if (layer.kind === 'activation') return COMPUTED.has(layer.activation);
  return isProduct(layer) || JOINS.has(layer.kind) || (keepsValues(layer) && !OF_FLOATS.has(layer.kind));
}

/** Whether a layer whose inputs and output are rounded is computed in 8 bits. */
export function computesEightBits(layer: Layer): boolean {
  return hasEightBitKernel(layer) && (!isProduct(layer) || isEightBits(layer.types?.kernel));
}
