// Masking: dead channels of a model emit zero and are not read, and its shapes stay.
import type * as tf from '@tensorflow/tfjs';
import type { ChannelPlan } from '../network/channel-plan.ts';
import { planChannels } from '../network/channel-plan.ts';
import type { Weights } from '../network/weights.ts';
import { settleWidths } from '../network/widths.ts';
import { type AliveChannels, aliveSlots } from './alive-channels.ts';
import { ChannelSlots } from './channel-slots.ts';
import { describeModel, writeWeights } from './model-weights.ts';

/** Per layer and channel: whether its output is to be zero. */
function deadChannels(slots: ChannelSlots, alive: Uint8Array): ReadonlyMap<string, readonly boolean[]> {
  const { plan } = slots;
  const settled = settleWidths(plan, slots.widths(alive));
  return new Map(
    plan.network.layers.map(({ name }, index) => [
      name,
      Array.from(
        slots.of(name),
        (slot) =>
          settled.alive[index] === 0 ||
          alive[slot] === 0 ||
          settled.widths[slots.group[slot] as number] === 0,
      ),
    ]),
  );
}

/** Weights of a network whose dead channels emit zero and are not read. */
function maskedWeights(plan: ChannelPlan, slots: ChannelSlots, alive: Uint8Array, weights: Weights): Weights {
  const dead = deadChannels(slots, alive);
  const masked = new Map(weights);
  for (const layer of plan.network.layers) {
    const outputs = dead.get(layer.name) ?? [];
    for (const part of ['bias', 'gamma', 'beta']) {
      const values = weights.get(`${layer.name}/${part}`);
      if (values === undefined) continue;
      masked.set(
        `${layer.name}/${part}`,
        values.map((value, c) => (outputs[c] === true ? 0 : value)),
      );
    }
    const kernel = weights.get(`${layer.name}/kernel`);
    if (kernel === undefined) continue;
    const isDepthwise =
      layer.kind === 'depthwise-conv2d' || (layer.kind === 'conv2d' && (layer.groups ?? 1) > 1);
    const inputs = isDepthwise ? [false] : (dead.get(layer.inputs[0] ?? '') ?? []);
    const [rows, columns] = layer.kind === 'conv2d-transpose' ? [outputs, inputs] : [inputs, outputs];
    masked.set(
      `${layer.name}/kernel`,
      kernel.map((value, i) => {
        const column = i % columns.length;
        const row = Math.floor(i / columns.length) % rows.length;
        return rows[row] === true || columns[column] === true ? 0 : value;
      }),
    );
  }
  return masked;
}

/**
 * Masks the dead channels of a model, in place: their filters, biases, γ and β are zero, layers that `shrink` removes
 * emit zero, and nothing reads them. The outputs are then those of the shrunk model.
 * @throws UserError if `alive` does not fit the model
 */
export function mask(model: tf.LayersModel, alive: AliveChannels): void {
  const { network, weights } = describeModel(model);
  const plan = planChannels(network);
  const slots = new ChannelSlots(plan);
  writeWeights(model, maskedWeights(plan, slots, aliveSlots(slots, alive), weights));
}
