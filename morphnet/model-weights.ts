// The weights of a tf.LayersModel by our names, in and out.
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../network/network.ts';
import type { LayersModelReading } from '../network/tfjs/read-layers-model.ts';
import { type Weights, weightShapes } from '../network/weights.ts';
import { UserError } from '../records/user-error.ts';
import { readModel } from './read-model.ts';

/**
 * The model's variable of one of our weights, `layer/part`.
 * @throws Error if the model has none: readings and models of one topology belong together
 */
export function modelVariable(
  model: tf.LayersModel,
  reading: LayersModelReading,
  weight: string,
): tf.LayerVariable {
  const variable = optionalVariable(model, reading, weight);
  if (variable === undefined) throw new Error(`model ${model.name} has no weight ${weight}`);
  return variable;
}

function optionalVariable(
  model: tf.LayersModel,
  reading: LayersModelReading,
  weight: string,
): tf.LayerVariable | undefined {
  const source = reading.weights.get(weight);
  if (source === undefined) return undefined;
  // Names are made unique over all models of a process; the original one keeps the part.
  const owner = source.within.reduce(
    (inner, name) => inner.getLayer(name) as unknown as tf.LayersModel,
    model,
  );
  return owner
    .getLayer(source.layer)
    .weights.find(
      ({ originalName }) => originalName.slice(originalName.lastIndexOf('/') + 1) === source.part,
    );
}

/** The model's variables by our names; null where it has none because they are zero. */
function variablesOf(
  model: tf.LayersModel,
  reading: LayersModelReading,
): { name: string; size: number; variable: tf.LayerVariable | undefined }[] {
  return weightShapes(reading.network).map(({ name, shape }) => ({
    name,
    size: shape.reduce((product, each) => product * each, 1),
    variable: optionalVariable(model, reading, name),
  }));
}

/**
 * A tf.LayersModel in our words: the network it computes and a copy of its weights, read at once.
 * @throws UserError on a backend that cannot be read at once
 */
export function describeModel(model: tf.LayersModel): { network: Network; weights: Weights } {
  if (tf.getBackend() === 'webgpu') {
    throw new UserError({
      got: `weights of ${model.name} on webgpu`,
      expected: 'a backend that can be read at once (tensorflow, wasm, cpu)',
      fix: 'save the model, and load it there',
    });
  }
  const reading = readModel(model);
  const weights = variablesOf(model, reading).map(({ name, size, variable }): [string, Float32Array] => [
    name,
    variable === undefined ? new Float32Array(size) : Float32Array.from(variable.read().dataSync()),
  ]);
  return { network: reading.network, weights: new Map(weights) };
}

/** Copies the model's weights out, by our names. */
export async function readWeights(model: tf.LayersModel): Promise<Weights> {
  const reading = readModel(model);
  const weights = new Map<string, Float32Array>();
  for (const { name, size, variable } of variablesOf(model, reading)) {
    weights.set(
      name,
      variable === undefined ? new Float32Array(size) : Float32Array.from(await variable.read().data()),
    );
  }
  return weights;
}

/**
 * Sets the model's weights.
 * @throws Error if one is missing
 */
export function writeWeights(model: tf.LayersModel, weights: Weights): void {
  const reading = readModel(model);
  for (const { name } of weightShapes(reading.network)) {
    const variable = optionalVariable(model, reading, name);
    if (variable === undefined) continue;
    const values = weights.get(name);
    if (values === undefined) throw new Error(`weights of ${name} are missing`);
    tf.tidy(() => {
      variable.write(tf.tensor(values, variable.shape as number[]));
    });
  }
}
