// Which data layout each layer computes in, as ONNX Runtime assigns them.
import { type ChannelPlan, type ChannelSum, channelCount } from '../channel-plan.ts';
import type { ActivationFunction, Layer, LayerKind } from '../layer.ts';
import type { DataLayout } from './kernel.ts';
import type { LoweringRules } from './rules.ts';

/** ONNX Runtime's ReorderInput handles channel counts that are multiples of 4 only. */
const REORDER_ALIGNMENT = 4;

/** Blocked when their channels fill whole blocks, whatever the layout of their input. */
const WHOLE_BLOCKS: ReadonlySet<LayerKind> = new Set(['max-pool', 'avg-pool']);

/** Blocked when all their inputs are, of any channel count and of one size. */
const FOLLOWS: ReadonlySet<LayerKind> = new Set(['activation', 'batch-norm', 'add', 'multiply', 'upsample']);

/** Activations that ONNX Runtime has no need to unblock for. */
const BLOCKED_ACTIVATIONS: ReadonlySet<ActivationFunction> = new Set([
  'relu',
  'sigmoid',
  'hard-sigmoid',
  'tanh',
  'swish',
  'hard-swish',
  'gelu',
  'gelu-tanh',
]);

/** Blocked when all their inputs are and fill whole blocks; other layers not named here stay plain. */
const FOLLOWS_WHOLE_BLOCKS: ReadonlySet<LayerKind> = new Set(['concat', 'global-avg-pool']);

/** Which layout each layer computes in, and which tensors are converted on the way. */
export interface Layouts {
  readonly ofLayer: readonly DataLayout[];
  /** Per tensor: converted into blocks once, for all its blocked readers. */
  readonly reorderedIn: Uint8Array;
  /** Per tensor: converted back once, for all its plain readers. */
  readonly reorderedOut: Uint8Array;
  /** Per tensor: converted into channels last, for those that flatten it. */
  readonly turnedOut: Uint8Array;
}

/** Whether there is a blocked kernel for it: not for every activation, nor for a factor spread over pixels. */
function followsBlocked(layer: Layer, plan: ChannelPlan): boolean {
  if (layer.kind === 'activation') return BLOCKED_ACTIVATIONS.has(layer.activation);
  if (layer.kind !== 'multiply' && layer.kind !== 'add') return true;
  const sizes = layer.inputs.map((name) => plan.shapes.get(name));
  return sizes.every(
    (size) =>
      size?.height === sizes[0]?.height &&
      size?.width === sizes[0]?.width &&
      size?.channels === sizes[0]?.channels,
  );
}

/** Whether an operator puts the channels of a map last. */
export function turnsLast(layer: Layer): boolean {
  if (layer.kind !== 'op' || layer.opType !== 'Transpose') return false;
  return layer.attributes.some(({ ints }) => ints?.join() === '0,2,3,1');
}

function hasPixels(layer: Layer, plan: ChannelPlan): boolean {
  const { height, width } = plan.shapes.get(layer.inputs[0] ?? '') ?? { height: 1, width: 1 };
  return height * width > 1;
}

/**
 * Assigns data layouts as ONNX Runtime's NchwcTransformer does (onnxruntime/core/optimizer/nchwc_transformer.cc;
 * checked against the kernels seen in its profiles). Blocked are:
 * - a convolution whose input has fewer channels than a block (it reads the plain layout) or a multiple of 4; in groups,
 *   where each reads and makes whole blocks;
 * - a depthwise convolution (multiplier 1) on a multiple of 4 channels;
 * - a max or average pool whose channels fill whole blocks;
 * - a concat or global pool when, besides, all its inputs are blocked already;
 * - element-wise layers and upsampling when their inputs are.
 * @param source per layer: the layer whose tensor it stands for (itself, or what it is fused into or replaced by)
 */
export function assignLayouts(
  plan: ChannelPlan,
  widths: Int32Array,
  alive: Uint8Array,
  source: Int32Array,
  rules: LoweringRules,
): Layouts {
  const { layers, outputs } = plan.network;
  const block = rules.channelBlock;
  const ofLayer: DataLayout[] = new Array(layers.length).fill(rules.layout);
  const reorderedIn = new Uint8Array(layers.length);
  const reorderedOut = new Uint8Array(layers.length);
  const turnedOut = new Uint8Array(layers.length);
  if (block === null) return { ofLayer, reorderedIn, reorderedOut, turnedOut };
  const blocked = (tensor: number) => ofLayer[tensor] === 'nchwc';
  const channels = (tensor: number) => channelCount(plan.outputChannels[tensor] as ChannelSum, widths);
  const wantPlain = (tensor: number) => {
    if (blocked(tensor)) reorderedOut[tensor] = 1;
  };
  for (let index = 0; index < layers.length; index++) {
    if (alive[index] === 0 || source[index] !== index) continue;
    const layer = layers[index];
    const tensors: number[] = [];
    for (const input of plan.inputs[index] as Int32Array) {
      if (alive[input] === 1) tensors.push(source[input] as number);
    }
    const first = tensors[0];
    if (layer === undefined || first === undefined) continue;
    let goesBlocked = false;
    if (layer.kind === 'conv2d') {
      const inputChannels = channels(first);
      const groups = layer.groups ?? 1;
      goesBlocked =
        groups > 1
          ? [inputChannels, layer.filters].every((count) => (count / groups) % block === 0)
          : inputChannels < block || inputChannels % REORDER_ALIGNMENT === 0;
      if (goesBlocked && inputChannels >= block) {
        if (!blocked(first)) reorderedIn[first] = 1;
      } else wantPlain(first);
    } else if (layer.kind === 'depthwise-conv2d') {
      const count = channels(first);
      // On one channel it is an ordinary convolution of fewer channels than a block.
      goesBlocked = count === 1 || (layer.multiplier === 1 && count % REORDER_ALIGNMENT === 0);
      if (goesBlocked && count > 1) {
        if (!blocked(first)) reorderedIn[first] = 1;
      } else wantPlain(first);
    } else if (WHOLE_BLOCKS.has(layer.kind)) {
      goesBlocked = channels(first) % block === 0;
      if (goesBlocked) {
        if (!blocked(first)) reorderedIn[first] = 1;
      } else wantPlain(first);
    } else if (FOLLOWS.has(layer.kind)) {
      goesBlocked = tensors.every(blocked) && followsBlocked(layer, plan);
      if (!goesBlocked) tensors.forEach(wantPlain);
    } else if ((layer.kind === 'flatten' || turnsLast(layer)) && hasPixels(layer, plan) && blocked(first)) {
      turnedOut[first] = 1;
    } else if (!FOLLOWS_WHOLE_BLOCKS.has(layer.kind)) {
      tensors.forEach(wantPlain);
    } else {
      goesBlocked = tensors.every((tensor) => blocked(tensor) && channels(tensor) % block === 0);
      if (!goesBlocked) tensors.forEach(wantPlain);
    }
    if (goesBlocked) ofLayer[index] = 'nchwc';
  }
  for (const output of outputs) wantPlain(source[plan.layerIndex.get(output) as number] as number);
  return { ofLayer, reorderedIn, reorderedOut, turnedOut };
}
