// Cuts the weights of dead channels out of every layer's arrays.
import type { Conv2d, Layer } from '../network/layer.ts';
import type { Network } from '../network/network.ts';
import type { Weights } from '../network/weights.ts';
import { settleWidths } from '../network/widths.ts';
import type { ChannelSlots } from './channel-slots.ts';

/** Rows and columns of a [taps, inputs, outputs] kernel (a transposed one: [taps, outputs, inputs]). */
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

const PARTS = ['kernel', 'bias', 'gamma', 'beta', 'moving_mean', 'moving_variance', 'slope', 'logits'];

/**
 * The surviving weights of a network shrunk to its alive channels.
 * @param alive per slot: 1 where alive; what nothing feeds any more may be either
 * @param shrunk the resized network, whose layers keep their names
 */
export function shrinkWeights(
  slots: ChannelSlots,
  alive: Uint8Array,
  weights: Weights,
  shrunk: Network,
): Weights {
  const { plan } = slots;
  // Layers that are gone take their channels with them.
  const { widths } = settleWidths(plan, slots.widths(alive));
  const result = new Map<string, Float32Array>();
  const keptChannels = (name: string) =>
    Array.from(slots.of(name).keys()).filter((c) => {
      const slot = slots.of(name)[c] as number;
      return alive[slot] === 1 && widths[slots.group[slot] as number] !== 0;
    });
  for (const { name: layerName } of shrunk.layers) {
    const original = plan.network.layers[plan.layerIndex.get(layerName) as number] as Layer;
    const kept = keptChannels(layerName);
    const outputs = slots.of(layerName).length;
    for (const part of PARTS) {
      const name = `${layerName}/${part}`;
      const values = weights.get(name);
      if (values === undefined) continue;
      if (part !== 'kernel') {
        result.set(
          name,
          Float32Array.from(kept, (c) => values[c] as number),
        );
      } else if (
        original.kind === 'depthwise-conv2d' ||
        (original.kind === 'conv2d' && isGrouped(original))
      ) {
        // Filters of a depthwise or a grouped convolution come whole or not at all.
        const perOutput =
          original.kind === 'depthwise-conv2d' ? 1 : inputsPerGroup(values, outputs, original);
        result.set(name, slicedKernel(values, perOutput, outputs, [...Array(perOutput).keys()], kept));
      } else {
        const source = original.inputs[0] as string;
        const inputs = slots.of(source).length;
        const keptInputs = keptChannels(source);
        result.set(
          name,
          original.kind === 'conv2d-transpose'
            ? slicedKernel(values, outputs, inputs, kept, keptInputs)
            : slicedKernel(values, inputs, outputs, keptInputs, kept),
        );
      }
    }
  }
  return result;
}

function isGrouped(layer: Conv2d): boolean {
  return (layer.groups ?? 1) > 1;
}

function inputsPerGroup(kernel: Float32Array, outputs: number, { kernelSize }: Conv2d): number {
  return kernel.length / outputs / (kernelSize[0] * kernelSize[1]);
}
