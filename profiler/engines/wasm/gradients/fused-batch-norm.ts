// Batch normalization in training and at inference, and its gradient, each in a few passes over the pixels.
import type * as tfTypes from '@tensorflow/tfjs';
import type { WasmBackend } from './heap.ts';
import { extent, overPixels, sumOverPixels } from './over-pixels.ts';
import { pixelwise } from './pixelwise.ts';

type TensorInfo = tfTypes.TensorInfo;

const addChannels = pixelwise(['x', 'sum'], (lanes, { x, sum }) =>
  lanes.store(sum, lanes.add(lanes.load(sum), lanes.load(x))),
);

/** sum += (x - mean)² */
const addSquares = pixelwise(['x', 'mean', 'sum'], (lanes, { x, mean, sum }, local) => {
  const deviation = local();
  const square = lanes.multiply(deviation.get, deviation.get);
  return [
    ...deviation.set(lanes.subtract(lanes.load(x), lanes.load(mean))),
    ...lanes.store(sum, lanes.add(lanes.load(sum), square)),
  ];
});

/** sum += (x - mean)·dy */
const addCovariances = pixelwise(['x', 'dy', 'mean', 'sum'], (lanes, { x, dy, mean, sum }) => {
  const deviation = lanes.subtract(lanes.load(x), lanes.load(mean));
  return lanes.store(sum, lanes.add(lanes.load(sum), lanes.multiply(deviation, lanes.load(dy))));
});

/** y = (x - mean)·slope + offset */
const normalize = pixelwise(['x', 'mean', 'slope', 'offset', 'y'], (lanes, { x, mean, slope, offset, y }) => {
  const deviation = lanes.subtract(lanes.load(x), lanes.load(mean));
  return lanes.store(y, lanes.add(lanes.multiply(deviation, lanes.load(slope)), lanes.load(offset)));
});

/** dx = (dy - dyMean - (x - mean)·tilt)·slope */
const propagate = pixelwise(
  ['x', 'dy', 'mean', 'dyMean', 'tilt', 'slope', 'dx'],
  (lanes, { x, dy, mean, dyMean, tilt, slope, dx }) => {
    const tilted = lanes.multiply(lanes.subtract(lanes.load(x), lanes.load(mean)), lanes.load(tilt));
    const centred = lanes.subtract(lanes.load(dy), lanes.load(dyMean));
    return lanes.store(dx, lanes.multiply(lanes.subtract(centred, tilted), lanes.load(slope)));
  },
);

/**
 * Batch normalization in training, as morphnet's looks for it. Inputs: x, whose last axis is channels, and scale
 * and offset of one element per channel; attribute: epsilon. Outputs: y, and the batch's mean and (biased)
 * variance per channel, which are its reserves too.
 */
export const fusedBatchNormV3: tfTypes.KernelFunc = ({ inputs, backend: untyped, attrs }) => {
  const backend = untyped as WasmBackend;
  const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', TensorInfo>;
  const { epsilon } = attrs as { epsilon: number };
  const { pixels, channels } = extent(x);
  const average = (sum: number) => sum / pixels;
  const mean = vector(backend, sumOverPixels(backend, addChannels, { x }, pixels, channels).map(average));
  const squares = sumOverPixels(backend, addSquares, { x, mean }, pixels, channels);
  const variance = vector(backend, squares.map(average));
  const slope = vector(
    backend,
    product(valuesOf(backend, scale), inverseDeviation(backend, variance, epsilon)),
  );
  const y = backend.makeOutput(x.shape, 'float32');
  overPixels(backend, normalize, { x, mean, slope, offset, y }, pixels);
  backend.disposeData(slope.dataId);
  return [y, mean, variance];
};

/**
 * Gradient of `fusedBatchNormV3`. Inputs: dy, x, scale, and mean and variance as its reserves; attribute: epsilon.
 * Outputs: the gradients with respect to x, scale and offset.
 */
export const fusedBatchNormGradV3: tfTypes.KernelFunc = ({ inputs, backend: untyped, attrs }) => {
  const backend = untyped as WasmBackend;
  type Name = 'dy' | 'x' | 'scale' | 'reserve1' | 'reserve2';
  const { dy, x, scale, reserve1: mean, reserve2: variance } = inputs as Record<Name, TensorInfo>;
  const { epsilon } = attrs as { epsilon: number };
  const { pixels, channels } = extent(x);
  const average = (sum: number) => sum / pixels;
  const inverse = inverseDeviation(backend, variance, epsilon);
  const dOffset = sumOverPixels(backend, addChannels, { x: dy }, pixels, channels);
  const covariances = sumOverPixels(backend, addCovariances, { x, dy, mean }, pixels, channels);
  const dScale = product(covariances, inverse);
  const dyMean = vector(backend, dOffset.map(average));
  const tilt = vector(backend, product(dScale, inverse).map(average));
  const slope = vector(backend, product(valuesOf(backend, scale), inverse));
  const dx = backend.makeOutput(x.shape, 'float32');
  overPixels(backend, propagate, { x, dy, mean, dyMean, tilt, slope, dx }, pixels);
  for (const { dataId } of [dyMean, tilt, slope]) backend.disposeData(dataId);
  return [dx, vector(backend, dScale), vector(backend, dOffset)];
};

/**
 * The `FusedBatchNorm` kernel (batch normalization at inference) for statistics of one element per channel,
 * several times as fast as the backend's own; `original` is called for others.
 */
export function fusedBatchNorm(original: tfTypes.KernelFunc): tfTypes.KernelFunc {
  return (call) => {
    const { x, mean, variance, scale, offset } = call.inputs;
    const vectors = [mean, variance, scale, offset].filter((tensor) => tensor !== undefined);
    if (!x || !mean || !variance || vectors.some(({ shape }) => shape.length !== 1)) return original(call);
    const backend = call.backend as WasmBackend;
    const { varianceEpsilon } = call.attrs as { varianceEpsilon: number };
    const { pixels, channels } = extent(x);
    const inverse = inverseDeviation(backend, variance, varianceEpsilon);
    const slope = vector(backend, scale ? product(valuesOf(backend, scale), inverse) : inverse);
    const none = vector(backend, new Float64Array(channels));
    const y = backend.makeOutput(x.shape, 'float32');
    overPixels(backend, normalize, { x, mean, slope, offset: offset ?? none, y }, pixels);
    for (const { dataId } of [slope, none]) backend.disposeData(dataId);
    return y;
  };
}

function inverseDeviation(backend: WasmBackend, variance: TensorInfo, epsilon: number): Float64Array {
  return valuesOf(backend, variance).map((value) => 1 / Math.sqrt(value + epsilon));
}

function product(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, channel) => value * (right[channel] ?? 0));
}

function valuesOf(backend: WasmBackend, tensor: TensorInfo): Float64Array {
  return Float64Array.from(backend.typedArrayFromHeap(tensor));
}

function vector(backend: WasmBackend, values: Float64Array): TensorInfo {
  const tensor = backend.makeOutput([values.length], 'float32');
  backend.typedArrayFromHeap(tensor).set(values);
  return tensor;
}
