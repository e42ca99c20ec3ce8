// Random classifiers of a seed, small enough to train and to run in a test; they do not shrink.
import fc from 'fast-check';
import type { Layer, Size2d } from '../../network/layer.ts';
import { checkedNetwork, type Network } from '../../network/network.ts';
import { inferShapes } from '../../network/shapes.ts';
import { uniformNoise } from './noise.ts';

export interface RandomClassifierOptions {
  /** Batch norm behind each convolution; else biases. */
  readonly batchNorm: boolean;
  /** Most blocks; each is one of the shapes below. */
  readonly blocks?: number;
}

/**
 * A random small classifier of a seed: plain, depthwise, transposed and dilated convolutions, residual and concat
 * blocks, slices of branches pooled and upsampled, squeeze-and-excite, ending in a dense layer behind a global pool or
 * a flatten.
 */
export function randomClassifier(seed: number, { batchNorm, blocks = 4 }: RandomClassifierOptions): Network {
  const noise = uniformNoise(seed);
  const draw = (least: number, most: number) => least + Math.floor(noise() * (most - least + 1));
  const layers: Layer[] = [{ kind: 'input', name: 'input', inputs: [], height: 8, width: 8, channels: 2 }];
  const add = (layer: Layer) => {
    layers.push(layer);
    return layer.name;
  };
  const shapeOf = (name: string) => {
    const shape = inferShapes({ name: 'part', layers, outputs: [] }).get(name);
    if (shape === undefined) throw new Error(name);
    return shape;
  };
  const normalized = (name: string, activate: boolean) => {
    let last = name;
    if (batchNorm) {
      last = add({ kind: 'batch-norm', name: `${name}/norm`, inputs: [last], epsilon: 1e-3, scale: true });
    }
    if (!activate) return last;
    return add({ kind: 'activation', name: `${name}/relu`, inputs: [last], activation: 'relu' });
  };
  let count = 0;
  const conv = (input: string, filters: number, kernel: number, strides = 1, activate = true) => {
    const name = `conv${++count}`;
    const dilated = strides === 1 && kernel === 3 && noise() < 0.2;
    add({
      kind: 'conv2d',
      name,
      inputs: [input],
      filters,
      kernelSize: [kernel, kernel],
      strides: [strides, strides],
      padding: 'same',
      useBias: !batchNorm,
      ...(dilated ? { dilations: [2, 2] as Size2d } : {}),
    });
    return normalized(name, activate);
  };
  const squeeze = (input: string) => {
    const { channels } = shapeOf(input);
    const id = ++count;
    const pooled = add({ kind: 'global-avg-pool', name: `pool${id}`, inputs: [input], keepDims: true });
    const gates = conv(conv(pooled, draw(1, 3), 1), channels, 1, 1, false);
    const scale = add({ kind: 'activation', name: `scale${id}`, inputs: [gates], activation: 'sigmoid' });
    return add({ kind: 'multiply', name: `excite${id}`, inputs: [input, scale] });
  };
  const depthwise = (input: string) => {
    const name = `depthwise${++count}`;
    add({
      kind: 'depthwise-conv2d',
      name,
      inputs: [input],
      multiplier: noise() < 0.3 ? 2 : 1,
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: 'same',
      useBias: !batchNorm,
    });
    return normalized(name, true);
  };
  const pool = (input: string, stride: number) =>
    add({
      kind: noise() < 0.5 ? 'max-pool' : 'avg-pool',
      name: `pool${++count}`,
      inputs: [input],
      poolSize: [stride, stride],
      strides: [stride, stride],
      padding: 'same',
    });
  const block = (input: string): string => {
    const kind = draw(0, 6);
    const { channels, height } = shapeOf(input);
    if (kind === 0) return conv(input, draw(2, 6), 3, height > 2 ? draw(1, 2) : 1);
    if (kind === 1) return conv(depthwise(input), draw(2, 6), 1);
    if (kind === 2) {
      const branch = conv(conv(input, draw(1, 4), 3), channels, 1, 1, false);
      return add({ kind: 'add', name: `add${++count}`, inputs: [input, branch] });
    }
    if (kind === 3) {
      const branches = [conv(input, draw(1, 4), 1), conv(conv(input, draw(1, 3), 1), draw(1, 4), 3)];
      if (noise() < 0.5) branches.push(input);
      return add({ kind: 'concat', name: `concat${++count}`, inputs: branches });
    }
    if (kind === 4) return squeeze(input);
    if (kind === 5 && height % 2 === 0) {
      const small = conv(pool(input, 2), draw(1, 4), 1);
      const up = add({
        kind: 'upsample',
        name: `up${++count}`,
        inputs: [small],
        factor: [2, 2],
        interpolation: 'nearest',
      });
      return add({ kind: 'concat', name: `concat${++count}`, inputs: [input, up] });
    }
    const name = `transposed${++count}`;
    add({
      kind: 'conv2d-transpose',
      name,
      inputs: [height > 2 ? pool(input, 2) : input],
      filters: draw(2, 5),
      kernelSize: [3, 3],
      strides: [2, 2],
      padding: 'same',
      useBias: !batchNorm,
    });
    return normalized(name, true);
  };
  let net = conv('input', draw(2, 5), 3);
  for (let i = draw(1, blocks); i > 0; i--) net = block(net);
  const head = noise() < 0.5;
  const flat = add({ kind: head ? 'global-avg-pool' : 'flatten', name: 'flat', inputs: [net] });
  const outputs = [add({ kind: 'dense', name: 'logits', inputs: [flat], units: 3, useBias: true })];
  return checkedNetwork({ name: `random ${seed}`, layers, outputs });
}

/** Seeds for {@link randomClassifier}; they shrink toward small numbers, which says nothing, so they do not shrink. */
export function classifierSeeds(): fc.Arbitrary<number> {
  return fc.noShrink(fc.integer({ min: 1, max: 1_000_000 }));
}
