import type * as tfTypes from '@tensorflow/tfjs';
import type { Layer, Padding } from '../network/layer.ts';
import { unknownLayer } from '../network/layer.ts';
import type { Network } from '../network/network.ts';
import { streamSeed } from '../network/shuffle.ts';
import { UserError } from '../network/user-error.ts';
import { type Weights, weightShapes } from '../network/weights.ts';
import { batchNormalization } from './batch-normalization.ts';

type Tf = typeof tfTypes;

/** Moving averages must follow within the few hundred steps of a short training. */
const BATCH_NORM_MOMENTUM = 0.9;

function simplePadding(layer: Layer, padding: Padding): 'same' | 'valid' {
  if (padding === 'same' || padding === 'valid') return padding;
  throw new UserError({
    got: `explicit padding in ${layer.kind} ${layer.name}`,
    expected: "'same' or 'valid' in a network to train",
    fix: 'put a pad layer before it',
  });
}

function unsupported(layer: Layer): never {
  throw new UserError({
    got: `${layer.kind} ${layer.name} in a network to train`,
    expected: 'layers that tf.layers has',
    fix: 'train the network without it',
  });
}

/** The tfjs layer of one of ours. Kernels start as He normals of the seed. */
function tfLayer(tf: Tf, layer: Exclude<Layer, { kind: 'input' }>, seed: number): tfTypes.layers.Layer {
  const { name } = layer;
  const initializer = () => tf.initializers.heNormal({ seed });
  switch (layer.kind) {
    case 'conv2d':
      return tf.layers.conv2d({
        name,
        filters: layer.filters,
        kernelSize: [...layer.kernelSize],
        strides: [...layer.strides],
        padding: simplePadding(layer, layer.padding),
        useBias: layer.useBias,
        kernelInitializer: initializer(),
        ...(layer.dilations === undefined ? {} : { dilationRate: [...layer.dilations] as [number, number] }),
      });
    case 'depthwise-conv2d':
      return tf.layers.depthwiseConv2d({
        name,
        depthMultiplier: layer.multiplier,
        kernelSize: [...layer.kernelSize],
        strides: [...layer.strides] as [number, number],
        padding: simplePadding(layer, layer.padding),
        useBias: layer.useBias,
        depthwiseInitializer: initializer(),
      });
    case 'dense':
      return tf.layers.dense({
        name,
        units: layer.units,
        useBias: layer.useBias,
        kernelInitializer: tf.initializers.glorotNormal({ seed }),
      });
    case 'batch-norm':
      return batchNormalization(tf, {
        name,
        epsilon: layer.epsilon,
        scale: layer.scale,
        momentum: BATCH_NORM_MOMENTUM,
      });
    case 'activation':
      return tf.layers.activation({ name, activation: layer.activation });
    case 'max-pool':
    case 'avg-pool': {
      const config = {
        name,
        poolSize: [...layer.poolSize] as [number, number],
        strides: [...layer.strides] as [number, number],
        padding: simplePadding(layer, layer.padding),
      };
      return layer.kind === 'max-pool' ? tf.layers.maxPooling2d(config) : tf.layers.averagePooling2d(config);
    }
    case 'conv2d-transpose':
      return tf.layers.conv2dTranspose({
        name,
        filters: layer.filters,
        kernelSize: [...layer.kernelSize],
        strides: [...layer.strides],
        padding: simplePadding(layer, layer.padding),
        useBias: layer.useBias,
        kernelInitializer: initializer(),
      });
    case 'global-avg-pool':
      if (layer.keepDims !== true) return tf.layers.globalAveragePooling2d({ name });
      return unsupported(layer);
    case 'multiply':
      return tf.layers.multiply({ name });
    case 'pad': {
      const { top, bottom, left, right } = layer.padding;
      return tf.layers.zeroPadding2d({
        name,
        padding: [
          [top, bottom],
          [left, right],
        ],
      });
    }
    case 'upsample':
      return tf.layers.upSampling2d({ name, size: [...layer.factor], interpolation: layer.interpolation });
    case 'dropout':
      return tf.layers.dropout({ name, rate: layer.rate });
    case 'bias-add':
    case 'slice':
    case 'depth-to-space':
    case 'gate':
      return unsupported(layer);
    case 'add':
      return tf.layers.add({ name });
    case 'concat':
      return tf.layers.concatenate({ name, axis: -1 });
    case 'flatten':
      return tf.layers.flatten({ name });
    case 'softmax':
      return tf.layers.softmax({ name });
    default:
      return unknownLayer(layer);
  }
}

/**
 * The network as a tf.LayersModel with freshly initialized weights; its layers have the network's names.
 * @param seed of the initial weights, which depend on it and the layer's place alone
 */
export function trainableModel(tf: Tf, network: Network, seed: number): tfTypes.LayersModel {
  const tensors = new Map<string, tfTypes.SymbolicTensor>();
  network.layers.forEach((layer, index) => {
    if (layer.kind === 'input') {
      tensors.set(
        layer.name,
        tf.input({ name: layer.name, shape: [layer.height, layer.width, layer.channels] }),
      );
      return;
    }
    const inputs = layer.inputs.map((name) => tensors.get(name) as tfTypes.SymbolicTensor);
    const made = tfLayer(tf, layer, Math.abs(streamSeed(seed, index)));
    const joins = layer.inputs.length > 1 || layer.kind === 'concat';
    tensors.set(
      layer.name,
      made.apply(joins ? inputs : (inputs[0] as tfTypes.SymbolicTensor)) as tfTypes.SymbolicTensor,
    );
  });
  const named = (names: readonly string[]) =>
    names.map((name) => tensors.get(name) as tfTypes.SymbolicTensor);
  const inputNames = network.layers.filter(({ kind }) => kind === 'input').map(({ name }) => name);
  return tf.model({ inputs: named(inputNames), outputs: named(network.outputs), name: network.name });
}

/** The model's variables in the order of {@link weightShapes}. */
function variables(
  network: Network,
  model: tfTypes.LayersModel,
): { name: string; variable: tfTypes.LayerVariable }[] {
  const taken = new Map<string, number>();
  return weightShapes(network).map(({ name }) => {
    const layerName = name.slice(0, name.lastIndexOf('/'));
    const index = taken.get(layerName) ?? 0;
    taken.set(layerName, index + 1);
    const layer = model.getLayer(layerName);
    // tfjs lists a layer's weights as we do, but trainable ones first: γ, β, then the moving averages.
    const variable = layer.weights[index];
    if (variable === undefined) throw new Error(`the model's layer ${layerName} has no weight ${index}`);
    return { name, variable };
  });
}

/** Copies the model's weights out. */
export function readWeights(network: Network, model: tfTypes.LayersModel): Weights {
  return new Map(
    variables(network, model).map(({ name, variable }) => [
      name,
      Float32Array.from(variable.read().dataSync()),
    ]),
  );
}

/** Sets the model's weights. Throws if one is missing. */
export function writeWeights(tf: Tf, network: Network, model: tfTypes.LayersModel, weights: Weights): void {
  for (const { name, variable } of variables(network, model)) {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`weights of ${name} are missing`);
    tf.tidy(() => {
      variable.write(tf.tensor(values, variable.shape as number[]));
    });
  }
}
