// The variables of a model that decide over its channels: found by name, read and written on whatever backend is set.
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../network/network.ts';
import type { LayersModelReading } from '../network/tfjs/read-layers-model.ts';
import type { ChannelSlots } from './channel-slots.ts';
import type { ChannelFamily, SourceVariable } from './families/channel-family.ts';
import { modelVariable } from './model-weights.ts';
import type { Grouping } from './op-regularization.ts';

/** A source of the family, with the model's variable. */
export interface BoundSource {
  readonly source: SourceVariable;
  readonly slots: Int32Array;
  readonly variable: tf.LayerVariable;
}

/** All sources of a model, and how they decide together. */
export interface ChannelVariables {
  readonly family: ChannelFamily;
  readonly grouping: Grouping;
  readonly slots: ChannelSlots;
  readonly bound: readonly BoundSource[];
}

/** @throws UserError if the network has no such sources */
export function bindSources(
  model: tf.LayersModel,
  reading: LayersModelReading,
  network: Network,
  { family, slots }: Pick<ChannelVariables, 'family' | 'slots'>,
): BoundSource[] {
  return family.sources(network).map((source) => ({
    source,
    slots: slots.of(source.layer),
    variable: modelVariable(model, reading, source.weight),
  }));
}

/** Whether the backend's tensors can be read at once. */
export const isReadable = () => tf.getBackend() !== 'webgpu';

/** Values of every source, on a backend that can be read at once. */
export function valuesNow(bound: readonly BoundSource[]): Float32Array[] {
  return bound.map(({ variable }) => variable.read().dataSync() as Float32Array);
}

/** Values of every source on any backend, in one read. */
export async function valuesLater(bound: readonly BoundSource[]): Promise<Float32Array[]> {
  const flat = tf.tidy(() => tf.concat(bound.map(({ variable }) => variable.read().flatten())));
  const all = (await flat.data()) as Float32Array;
  flat.dispose();
  return splitValues(bound, all);
}

/** The values of every source, from all of them in a row. */
export function splitValues(bound: readonly BoundSource[], all: Float32Array): Float32Array[] {
  let from = 0;
  return bound.map(({ variable }) => {
    const size = variable.shape.reduce<number>((product, each) => product * (each ?? 1), 1);
    from += size;
    return all.slice(from - size, from);
  });
}

/** Arrays in a row. */
export function joinValues(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  return all;
}

export function writeValues(bound: readonly BoundSource[], values: readonly Float32Array[]): void {
  bound.forEach(({ variable }, index) => {
    tf.tidy(() => {
      variable.write(tf.tensor(values[index] as Float32Array, variable.shape as number[]));
    });
  });
}
