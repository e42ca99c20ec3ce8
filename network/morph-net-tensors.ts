// The distinct tensors of a network by the channels they have alive, as Google's library follows them.
import { type ChannelPlan, type ChannelSum, channelCount } from './channel-plan.ts';
import type { LayerKind } from './layer.ts';

/** Tensors with the same channels count as one. */
export interface DistinctTensors {
  /** Per layer: its tensor. */
  readonly tensorOf: readonly number[];
  /** Per tensor: its channels that live and die. */
  readonly sums: readonly ChannelSum[];
  /** Per tensor: channels that are always there. */
  readonly constants: readonly number[];
}

/** Layers that keep a channel link cut before them cut. */
const KEEPS_CUT: ReadonlySet<LayerKind> = new Set([
  'activation',
  'prelu',
  'bias-add',
  'batch-norm',
  'dropout',
  'softmax',
]);

const NO_CHANNELS: ChannelSum = { groups: new Int32Array(0), times: new Int32Array(0) };

/** Tensors behind a flatten, whose channels Google's library no longer follows. */
function cutTensors(plan: ChannelPlan): Uint8Array {
  const { layers } = plan.network;
  const cut = new Uint8Array(layers.length);
  layers.forEach((layer, index) => {
    const input = plan.inputs[index]?.[0];
    if (input === undefined) return;
    if (layer.kind === 'flatten' || (KEEPS_CUT.has(layer.kind) && cut[input] === 1)) cut[index] = 1;
  });
  return cut;
}

/** @param cutsAtFlatten whether all channels behind a flatten count as alive */
export function distinctTensors(plan: ChannelPlan, cutsAtFlatten: boolean): DistinctTensors {
  const cut = cutsAtFlatten ? cutTensors(plan) : null;
  const sums: ChannelSum[] = [];
  const constants: number[] = [];
  const known = new Map<string, number>();
  const tensorOf = plan.outputChannels.map((full, index) => {
    const constant = cut?.[index] === 1 ? channelCount(full, plan.fullWidths) : 0;
    const sum = constant > 0 ? NO_CHANNELS : full;
    const key = `${constant}:${sum.groups.join()}:${sum.times.join()}`;
    const tensor = known.get(key) ?? sums.length;
    if (tensor === sums.length) {
      known.set(key, tensor);
      sums.push(sum);
      constants.push(constant);
    }
    return tensor;
  });
  return { tensorOf, sums, constants };
}
