import type * as tfTypes from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { Network } from '../../../network/network.ts';
import { inferShapes } from '../../../network/shapes.ts';
import type { WeightSource } from '../../../network/tfjs/network-draft.ts';
import { type LayersModelReading, readLayersModel } from '../../../network/tfjs/read-layers-model.ts';
import { seededNormals, type Weights, weightShapes } from '../../../network/weights.ts';
import { executeLayer } from '../../../profiler/engines/tfjs/execute.ts';

export type Tf = typeof tfTypes;

const BATCH = 2;
const WEIGHTS_SEED = 3;
const INPUT_SEED = 7;
const TOLERANCE = 1e-4;

/** Gives every weight of a model seeded values; moving variances are positive and gates are open. */
export function fillWeights(tf: Tf, model: tfTypes.LayersModel, seed: number): void {
  model.weights.forEach((weight, index) => {
    const size = weight.shape.reduce<number>((product, each) => product * (each ?? 1), 1);
    const normals = seededNormals(`${index}`, size, seed);
    const isPositive = /(moving_variance|logits)$/.test(weight.originalName);
    // Kernels keep the variance, so that no softmax or sigmoid is stuck at an end.
    const scale = weight.shape.length > 1 ? Math.sqrt((weight.shape.at(-1) ?? 1) / size) : 0.4;
    const values = normals.map((value) => (isPositive ? 0.5 + Math.abs(value) : scale * value));
    tf.tidy(() => {
      weight.write(tf.tensor(values, weight.shape as number[]));
    });
  });
}

/** The variable of a live model that a weight comes from. */
function sourceVariable(model: tfTypes.LayersModel, { within, layer, part }: WeightSource) {
  const holder = within.reduce<tfTypes.LayersModel>(
    (outer, name) => outer.getLayer(name) as unknown as tfTypes.LayersModel,
    model,
  );
  const found = holder
    .getLayer(layer)
    .weights.filter(({ originalName }) => originalName.split('/').at(-1) === part);
  expect(found, `${layer}/${part}`).toHaveLength(1);
  return found[0] as tfTypes.LayerVariable;
}

/** Weights of the network read from a live model. */
export function liveWeights(model: tfTypes.LayersModel, reading: LayersModelReading): Weights {
  return new Map(
    weightShapes(reading.network).map(({ name, shape }) => {
      const source = reading.weights.get(name);
      const size = shape.reduce((product, each) => product * each, 1);
      if (source === undefined) {
        expect(reading.zeros).toContain(name);
        return [name, new Float32Array(size)];
      }
      const values = Float32Array.from(sourceVariable(model, source).read().dataSync());
      expect(values, name).toHaveLength(size);
      return [name, values];
    }),
  );
}

/** The network's outputs, layer by layer as the tfjs engines compute them. */
export function computeNetwork(
  tf: Tf,
  network: Network,
  weights: Weights,
  inputs: ReadonlyMap<string, tfTypes.Tensor>,
): tfTypes.Tensor[] {
  const shapes = inferShapes(network);
  const tensors = new Map(inputs);
  for (const layer of network.layers) {
    if (layer.kind === 'input') continue;
    const parts = weightShapes(network).filter(({ name }) => name.replace(/\/[^/]*$/, '') === layer.name);
    const own = Object.fromEntries(
      parts.map(({ name, shape }) => [
        name.slice(layer.name.length + 1),
        tf.tensor(weights.get(name) as Float32Array, [...shape]),
      ]),
    );
    const read = layer.inputs.map((name) => tensors.get(name) as tfTypes.Tensor);
    const shape = shapes.get(layer.name);
    if (shape === undefined) throw new Error(`no shape of ${layer.name}`);
    tensors.set(layer.name, executeLayer(tf, layer, read, own, shape, null));
  }
  return network.outputs.map((name) => tensors.get(name) as tfTypes.Tensor);
}

/** Fails unless network and model make the same of the same random inputs. */
export function expectAgreement(
  tf: Tf,
  model: tfTypes.LayersModel,
  network: Network,
  weights: Weights,
): void {
  tf.tidy(() => {
    const fed = network.layers.flatMap((layer) => {
      if (layer.kind !== 'input') return [];
      const shape = [BATCH, layer.height, layer.width, layer.channels];
      const size = shape.reduce((product, each) => product * each, 1);
      return [{ name: layer.name, tensor: tf.tensor(seededNormals(layer.name, size, INPUT_SEED), shape) }];
    });
    const theirs = fed.map(({ tensor }, index) => {
      const sizes = model.inputs[index]?.shape.slice(1) as number[];
      return tensor.reshape([BATCH, ...sizes]);
    });
    const predicted = [model.predict(theirs)].flat();
    const computed = computeNetwork(
      tf,
      network,
      weights,
      new Map(fed.map((each) => [each.name, each.tensor])),
    );
    expect(computed).toHaveLength(predicted.length);
    for (const [index, ours] of computed.entries()) {
      const expected = predicted[index] as tfTypes.Tensor;
      expect(ours.shape).toEqual(expected.shape);
      const largest = expected.abs().max().dataSync()[0] as number;
      const difference = tf.sub(ours, expected).abs().max().dataSync()[0] as number;
      // Zeros agree with anything that does nothing.
      expect(largest).toBeGreaterThan(1e-3);
      expect(difference / largest).toBeLessThan(TOLERANCE);
    }
  });
}

/** Reads a model, and fails unless what it reads computes the same as the model. */
export function readAgreeing(
  tf: Tf,
  model: tfTypes.LayersModel,
  topology: unknown = model.toJSON(null, false),
): LayersModelReading {
  fillWeights(tf, model, WEIGHTS_SEED);
  const reading = readLayersModel(topology);
  expectAgreement(tf, model, reading.network, liveWeights(model, reading));
  return reading;
}
