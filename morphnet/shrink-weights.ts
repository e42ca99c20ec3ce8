import type { ChannelPlan } from '../network/channel-plan.ts';
import type { Layer } from '../network/layer.ts';
import type { Network } from '../network/network.ts';
import type { Weights } from '../network/weights.ts';

/** Channels of a tensor whose slots are alive, in order. */
function aliveChannels(plan: ChannelPlan, index: number, alive: Uint8Array, first: Int32Array): number[] {
  const groups = plan.channelGroup[index] as Int32Array;
  const positions = plan.channelPosition[index] as Int32Array;
  const kept: number[] = [];
  groups.forEach((group, c) => {
    if (alive[(first[group] as number) + (positions[c] as number)] === 1) kept.push(c);
  });
  return kept;
}

/** Rows and columns of a [taps, inputs, outputs] kernel. */
function slicedKernel(
  kernel: Float32Array,
  inputs: number,
  outputs: number,
  keptInputs: readonly number[],
  keptOutputs: readonly number[],
): Float32Array {
  const taps = kernel.length / (inputs * outputs);
  const sliced = new Float32Array(taps * keptInputs.length * keptOutputs.length);
  let at = 0;
  for (let tap = 0; tap < taps; tap++) {
    for (const i of keptInputs) {
      for (const o of keptOutputs) sliced[at++] = kernel[(tap * inputs + i) * outputs + o] as number;
    }
  }
  return sliced;
}

/**
 * The surviving weights of a network shrunk to its alive channels.
 * @param alive per slot of the flat channel vector (settled: nothing alive in layers that are gone)
 * @param first first slot of each group
 * @param shrunk the resized network, whose layers keep their names
 */
export function shrinkWeights(
  plan: ChannelPlan,
  alive: Uint8Array,
  first: Int32Array,
  weights: Weights,
  shrunk: Network,
): Weights {
  const result = new Map<string, Float32Array>();
  const channelsOf = (index: number) => aliveChannels(plan, index, alive, first);
  const sizeOf = (index: number) => (plan.channelGroup[index] as Int32Array).length;
  for (const layer of shrunk.layers) {
    const index = plan.layerIndex.get(layer.name) as number;
    const original = plan.network.layers[index] as Layer;
    const source = plan.inputs[index]?.[0];
    const kept = channelsOf(index);
    for (const part of ['kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance']) {
      const name = `${layer.name}/${part}`;
      const values = weights.get(name);
      if (values === undefined) continue;
      if (part !== 'kernel') {
        result.set(
          name,
          Float32Array.from(kept, (c) => values[c] as number),
        );
      } else if (original.kind === 'depthwise-conv2d') {
        result.set(name, slicedKernel(values, 1, sizeOf(index), [0], kept));
      } else {
        const keptInputs = channelsOf(source as number);
        result.set(name, slicedKernel(values, sizeOf(source as number), sizeOf(index), keptInputs, kept));
      }
    }
  }
  return result;
}
