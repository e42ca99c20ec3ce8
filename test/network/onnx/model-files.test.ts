import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import { readModelFile } from '../../../network/model-file.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { seededWeights } from '../../../network/weights.ts';
import { resizeNetwork } from '../../../network/widths.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { importOnnxruntime, type OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';
import { differenceOn, runOriginal } from './agreement.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FIXTURES = join(ROOT, 'test/fixtures/models/onnx');
const SHARED = join(ROOT, '../shared/models');
const MEASURED = join(ROOT, 'profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json');

const modelsOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .map((name) => join(folder, name));
const hasShared = existsSync(SHARED);
if (!hasShared) console.warn(`MODEL FILES NOT TESTED: ${SHARED} IS NOT THERE`);
const PATHS = [...modelsOf(FIXTURES), ...(hasShared ? modelsOf(SHARED) : [])];

let ort: OrtModule;
let onnxruntime: Engine;
let wasm: Engine;
beforeAll(async () => {
  ort = await importOnnxruntime();
  onnxruntime = await engineNamed('onnxruntime').open({ threads: 1 });
  wasm = await engineNamed('wasm').open({ threads: 1 });
});
afterAll(async () => {
  await onnxruntime.close();
  await wasm.close();
});

/** What a network is made of: how many layers of each kind. */
function kindsOf(path: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const layer of readModelFile(path).network.layers) {
    const kind = layer.kind === 'activation' ? layer.activation : layer.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe.each(PATHS)('%s', (path) => {
  test('computes what ONNX Runtime computes of the file', async () => {
    const { network, weights } = readModelFile(path);
    expect(network.name).toBe(basename(path, '.onnx'));
    const original = await runOriginal(ort, path, network);
    expect(await differenceOn(onnxruntime, network, weights, original)).toBeLessThan(1e-4);
    if (!path.startsWith(FIXTURES)) return;
    if (network.layers.some(({ types }) => types !== undefined))
      await expect(differenceOn(wasm, network, weights, original)).rejects.toThrow('expected float32');
    else expect(await differenceOn(wasm, network, weights, original)).toBeLessThan(1e-4);
  });

  test('runs the kernels that the lowering rules predict, at other widths too', async () => {
    const { network, weights } = readModelFile(path);
    const plan = planChannels(network);
    const narrow = resizeNetwork(plan, sampleWidths(plan, 'log-uniform', 3, 1));
    for (const [each, values] of [
      [network, weights],
      [narrow, seededWeights(narrow, 1)],
    ] as const) {
      const options = { batch: 1, weights: deployedWeights(each, values) };
      const profiled = await onnxruntime.loadProfiled(deployedNetwork(each), options);
      await profiled.run();
      expect((await profiled.finish())[0]?.length).toBeGreaterThan(0);
    }
  });

  test('has a latency on a datasheet device and on a measured one', () => {
    const plan = planChannels(readModelFile(path).network);
    for (const [device, view] of [
      ['p100', 'morph-net'],
      [MEASURED, 'deployed'],
    ] as const) {
      const prediction = latencyPredictor(plan, openDevice(device), { batch: 1, view }).detail(
        plan.fullWidths,
      );
      expect(prediction.latencyUs).toBeGreaterThan(0);
      expect(prediction.flops).toBeGreaterThan(0);
    }
  });
});

describe('what exporters write in several operators is one layer', () => {
  test.each([
    ['residual_batch_norm', { 'batch-norm': 4, relu: 4, conv2d: 2, dense: 2, flatten: 1, add: 1 }],
    ['squeeze_excite', { swish: 2, 'hard-swish': 3, 'hard-sigmoid': 1, multiply: 2, 'global-avg-pool': 3 }],
    [
      'activations_opset_11',
      { 'hard-swish': 1, swish: 1, gelu: 1, 'leaky-relu': 1, elu: 1, 'hard-sigmoid': 1 },
    ],
    ['channel_shuffle', { 'channel-shuffle': 2, slice: 3, concat: 2, 'global-avg-pool': 1 }],
    ['channel_shuffle_dynamo', { 'channel-shuffle': 2, slice: 3, concat: 2, 'global-avg-pool': 1 }],
    ['alternate_channels', { 'channel-shuffle': 1, slice: 2, concat: 1 }],
    ['decoder', { 'conv2d-transpose': 2, upsample: 2, 'depth-to-space': 1, softmax: 1 }],
    [
      'channels_last',
      { 'batch-norm': 1, relu6: 1, dense: 1, flatten: 1, 'bias-add': 1, 'depthwise-conv2d': 1 },
    ],
  ])('%s', (name, kinds) => {
    expect(kindsOf(join(FIXTURES, `${name}.onnx`))).toMatchObject(kinds);
  });
});
