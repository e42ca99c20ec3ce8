// Which layers ONNX Runtime computes in 8 bits, and which tensors it converts on the way, of a network in QDQ form.
import type { ChannelPlan } from '../channel-plan.ts';
import { computesEightBits, isCut, isProduct } from '../eight-bit-kernels.ts';
import { isQuantized, isRounded } from '../element-types.ts';
import type { Layer } from '../layer.ts';
import type { Fusions } from './fusions.ts';
import type { DataLayout } from './kernel.ts';

/** Per layer whose kernel makes a tensor. */
export interface EightBits {
  /** 1 if it computes with 8 bits. */
  readonly computes: Uint8Array;
  readonly ofLayer: readonly DataLayout[];
  /** 1 if it cuts off where rounding does anyway, and so runs nothing. */
  readonly absorbed: Uint8Array;
  /** 1 if a kernel of its own rounds what it makes. */
  readonly quantizes: Uint8Array;
  /** How many kernels make floats of it again: one for each that reads them. */
  readonly dequantizes: Uint8Array;
  /** 1 if it is turned to channels last, or back to channels first; in 8 bits. */
  readonly turnedIn: Uint8Array;
  readonly turnedOut: Uint8Array;
}

/** Products that ONNX Runtime computes with channels last, and what behind them is left so. */
const LAST: ReadonlySet<Layer['kind']> = new Set(['conv2d', 'depthwise-conv2d']);

export function hasEightBits(layers: readonly Layer[]): boolean {
  return layers.some(isQuantized);
}

/**
 * Computed in 8 bits is what reads and makes rounded values (QDQ node units); a float kernel between has its inputs
 * dequantized, each by a kernel of its own. Convolutions are computed with channels last, and what follows them is, so
 * that turns are left at the ends (NhwcTransformer and the transpose optimizer; checked against the kernels seen in its
 * profiles).
 * @param layout of floats
 */
export function assignEightBits(
  plan: ChannelPlan,
  alive: Uint8Array,
  { source, fused }: Fusions,
  layout: DataLayout,
): EightBits {
  const { layers, outputs } = plan.network;
  const count = layers.length;
  const computes = new Uint8Array(count);
  const absorbed = new Uint8Array(count);
  const quantizes = new Uint8Array(count);
  const dequantizes = new Uint8Array(count);
  const turnedIn = new Uint8Array(count);
  const turnedOut = new Uint8Array(count);
  const rounded = new Uint8Array(count);
  const ofLayer: DataLayout[] = new Array(count).fill(layout);
  const isMap = (index: number) => {
    const { flat = true, channels = 1 } = plan.shapes.get(layers[index]?.name ?? '') ?? {};
    return !flat && channels > 1;
  };
  const wants = (tensor: number, wanted: DataLayout) => {
    if (ofLayer[tensor] === wanted || !isMap(tensor)) return;
    (wanted === 'nhwc' ? turnedIn : turnedOut)[tensor] = 1;
  };
  /** Products of int8 activations have no kernel on x64. */
  const isSignedAt = (tensor: number) => {
    const name = fused[tensor]?.at(-1) ?? layers[tensor]?.name ?? '';
    return layers[plan.layerIndex.get(name) as number]?.types?.output === 'int8';
  };
  const asFloats = (tensor: number) => {
    if (rounded[tensor] === 0) return;
    dequantizes[tensor] = (dequantizes[tensor] as number) + 1;
    wants(tensor, layout);
  };
  layers.forEach((layer, index) => {
    if (alive[index] === 0 || source[index] !== index) return;
    const behind = (fused[index] ?? []).map((name) => layers[plan.layerIndex.get(name) as number] as Layer);
    const last = behind.at(-1) ?? layer;
    rounded[index] = isRounded(last) ? 1 : 0;
    const tensors = Array.from(plan.inputs[index] as Int32Array)
      .filter((input) => alive[input] === 1)
      .map((input) => source[input] as number);
    const isSigned = isProduct(layer) && tensors.some((tensor) => isSignedAt(tensor));
    const isWhole =
      rounded[index] === 1 &&
      !isSigned &&
      tensors.length > 0 &&
      tensors.every((tensor) => rounded[tensor] === 1) &&
      computesEightBits(layer) &&
      behind.every(isCut);
    if (!isWhole) {
      for (const tensor of tensors) asFloats(tensor);
      quantizes[index] = rounded[index] as number;
      if (isCut(layer)) absorbed[index] = rounded[index] as number;
      return;
    }
    computes[index] = 1;
    const isLast =
      LAST.has(layer.kind) || tensors.some((tensor) => ofLayer[tensor] === 'nhwc' && isMap(tensor));
    // A vector has no layout to turn.
    if (layer.kind === 'dense' || layer.kind === 'flatten') return;
    if (isLast) ofLayer[index] = 'nhwc';
    // It is turned back before it is flattened.
    if (isLast && layer.kind === 'global-avg-pool' && layer.keepDims !== true) turnedOut[index] = 1;
    for (const tensor of tensors) wants(tensor, ofLayer[index] as DataLayout);
  });
  for (const output of outputs) asFloats(source[plan.layerIndex.get(output) as number] as number);
  return { computes, ofLayer, absorbed, quantizes, dequantizes, turnedIn, turnedOut };
}
