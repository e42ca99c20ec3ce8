import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployedNetwork } from '../../../network/deployed.ts';
import type { Layer, Sampling } from '../../../network/layer.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { checkedNetwork } from '../../../network/network.ts';
import { seededNormals, seededWeights } from '../../../network/weights.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';
import { activation, add, concat, conv, dense, globalPool, image, network } from '../layers.ts';

// Layers of what exporters write beyond convolutions: run by ONNX Runtime as lowered, and alike by engines.

let onnxruntime: Engine;
let wasm: Engine;
beforeAll(async () => {
  onnxruntime = await engineNamed('onnxruntime').open({ threads: 1 });
  wasm = await engineNamed('wasm').open({ threads: 1 });
});
afterAll(async () => {
  await onnxruntime.close();
  await wasm.close();
});

const SAMPLING: Sampling = {
  mode: 'linear',
  coordinates: 'align_corners',
  rounding: 'round_prefer_floor',
  cubicCoefficient: -0.75,
  excludesOutside: false,
  antialias: false,
};

/** Between a convolution and another. */
const BETWEEN: readonly [string, (input: string) => Layer[]][] = [
  [
    'an instance norm',
    (input) => [{ kind: 'group-norm', name: 'm', inputs: [input], groups: 32, epsilon: 1e-5 }],
  ],
  ['a group norm', (input) => [{ kind: 'group-norm', name: 'm', inputs: [input], groups: 4, epsilon: 1e-5 }]],
  ['a layer norm', (input) => [{ kind: 'layer-norm', name: 'm', inputs: [input], epsilon: 1e-5 }]],
  [
    'a response norm',
    (input) => [
      { kind: 'local-response-norm', name: 'm', inputs: [input], size: 5, alpha: 0.1, beta: 0.75, bias: 1 },
    ],
  ],
  ['a prelu', (input) => [{ kind: 'prelu', name: 'm', inputs: [input] }]],
  [
    'mirrored borders',
    (input) => [
      {
        kind: 'border-pad',
        name: 'm',
        inputs: [input],
        padding: { top: 1, bottom: 1, left: 2, right: 0 },
        mode: 'reflect',
        value: 0,
      },
    ],
  ],
  [
    'borders of a number, pixels cut off',
    (input) => [
      {
        kind: 'border-pad',
        name: 'm',
        inputs: [input],
        padding: { top: 1, bottom: -1, left: 0, right: 1 },
        mode: 'constant',
        value: 0.5,
      },
    ],
  ],
  [
    'every other pixel',
    (input) => [{ kind: 'crop', name: 'm', inputs: [input], top: 1, left: 0, size: [7, 8], strides: [2, 2] }],
  ],
  [
    'interpolation between corners',
    (input) => [{ kind: 'resize', name: 'm', inputs: [input], size: [21, 11], sampling: SAMPLING }],
  ],
  ['blocks of pixels', (input) => [{ kind: 'space-to-depth', name: 'm', inputs: [input], block: 2 }]],
  [
    'attention over pixels',
    (input) => [
      { kind: 'channel-mean', name: 'mean', inputs: [input] },
      { kind: 'channel-max', name: 'most', inputs: [input] },
      concat('both', 'mean', 'most'),
      conv('gate', 'both', 1, { kernel: 3, bias: true }),
      activation('sigmoid', 'gate', 'sigmoid'),
      { kind: 'multiply', name: 'm', inputs: [input, 'sigmoid'] },
    ],
  ],
  ...(['subtract', 'divide', 'minimum', 'maximum'] as const).map(
    (kind): [string, (input: string) => Layer[]] => [
      kind,
      (input) => [
        activation('positive', input, 'softplus'),
        conv('other', input, 32, { kernel: 3 }),
        { kind, name: 'm', inputs: ['other', 'positive'] },
      ],
    ],
  ),
  [
    'a vector added to a map',
    (input) => [globalPool('mean', input), dense('v', 'mean', 32), add('m', input, 'v')],
  ],
  [
    'a transposed convolution of groups',
    (input) => [
      { ...conv('m', input, 16, { kernel: 3, stride: 2, bias: true }), kind: 'conv2d-transpose', groups: 4 },
    ],
  ],
];

describe.each(BETWEEN)('%s', (_, between) => {
  const layers = [image(16, 3), conv('b', 'input', 32, { kernel: 3, bias: true }), ...between('b')];

  test('runs as lowered', async () => {
    const made = deployedNetwork(network([...layers, conv('e', 'm', 8, { kernel: 3, bias: true })]));
    const profiled = await onnxruntime.loadProfiled(made, { batch: 1, weights: seededWeights(made, 1) });
    await profiled.run();
    const [run] = await profiled.finish();
    const title = ({ name, op }: { name: string; op: string }) => `${op} ${name}`;
    const lowered = new Lowering(made, onnxruntime.rules).kernels().map(title);
    expect(run?.map(({ kernel }) => title(kernel))).toEqual(lowered);
  });

  test('is computed alike by ONNX Runtime and WebAssembly', async () => {
    const made = checkedNetwork({ name: 'tiny', layers, outputs: ['m'] });
    const weights = seededWeights(made, 1);
    const inputs = new Map([['input', seededNormals('input', 2 * 16 * 16 * 3, 1)]]);
    const results: Float32Array[] = [];
    for (const engine of [onnxruntime, wasm]) {
      const loaded = await engine.load(made, { batch: 2, weights });
      results.push((await loaded.infer(inputs)).get('m') as Float32Array);
      await loaded.dispose();
    }
    const [a, b] = results as [Float32Array, Float32Array];
    expect(a).toHaveLength(b.length);
    const largest = Math.max(...a.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)))) / largest).toBeLessThan(1e-4);
  });
});
