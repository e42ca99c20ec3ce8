import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NetworkBuilder } from '../../../network/builder.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { seededNormals, seededWeights } from '../../../network/weights.ts';
import { resizeNetwork } from '../../../network/widths.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { describedAdapter, type Engine } from '../../../profiler/engines/engine.ts';
import { engineChoices, openEngine } from '../../../profiler/engines/registry.ts';
import { engineDescription } from '../../../records/engine-description.ts';
import { availabilityOf, skipReason } from './skip-reason.ts';

const BATCH = 2;

/** Plain, strided, depthwise, pools of both kinds, add, concat, flatten, dense, softmax. */
function everyLayer(): Network {
  const builder = new NetworkBuilder('every-layer');
  const input = builder.input(13, 11, 3);
  const first = builder.conv('first', input, 8, 3, { strides: 2 });
  const separable = builder.separableConv('separable', first, 8, 3);
  const sum = builder.add({ kind: 'add', name: 'sum', inputs: [first, separable] });
  const pooled = builder.pool('avg-pool', 'average', sum, 3, 1);
  const joined = builder.concat('joined', [
    sum,
    builder.conv('second', pooled, 20, 1, { activation: 'relu6' }),
  ]);
  const largest = builder.pool('max-pool', 'largest', joined, 3, 2);
  const valid = builder.conv('valid', largest, 16, 3, { padding: 'valid' });
  const wide = builder.conv('wide', valid, 6, [1, 2]);
  const flat = builder.simple('flatten', 'flat', wide);
  const logits = builder.dense('logits', flat, 5);
  return builder.build(builder.simple('softmax', 'probabilities', logits));
}

/** Transposed, grouped, dilated and explicitly padded convolutions, squeeze-excite, resizing, shuffles, slices. */
function uncommonLayers(): Network {
  const builder = new NetworkBuilder('uncommon-layers');
  const input = builder.input(10, 12, 3);
  const stem = builder.conv('stem', input, 16, 3, { padding: { top: 1, bottom: 0, left: 2, right: 1 } });
  const convolution = {
    inputs: [stem],
    filters: 8,
    kernelSize: [3, 3],
    strides: [1, 1],
    padding: 'same',
    useBias: true,
  } as const;
  builder.add({ ...convolution, kind: 'conv2d', name: 'grouped', groups: 4 });
  builder.add({ ...convolution, kind: 'conv2d', name: 'dilated', dilations: [2, 2] });
  builder.add({ kind: 'activation', name: 'left', inputs: ['grouped'], activation: 'relu' });
  builder.add({ kind: 'activation', name: 'right', inputs: ['dilated'], activation: 'tanh' });
  builder.add({ kind: 'add', name: 'sum', inputs: ['left', 'right'] });
  // Squeeze and excite.
  builder.simple('global-avg-pool', 'squeeze', 'sum');
  builder.add({
    kind: 'activation',
    name: 'excite',
    inputs: [builder.dense('scale', 'squeeze', 8)],
    activation: 'sigmoid',
  });
  builder.add({ kind: 'multiply', name: 'scaled', inputs: ['sum', 'excite'] });
  builder.add({ kind: 'dropout', name: 'dropout', inputs: ['scaled'], rate: 0.5 });
  builder.add({
    kind: 'pad',
    name: 'padded',
    inputs: ['dropout'],
    padding: { top: 1, bottom: 2, left: 0, right: 1 },
  });
  builder.add({
    ...convolution,
    kind: 'conv2d-transpose',
    name: 'transposed',
    inputs: ['padded'],
    strides: [2, 2],
  });
  builder.add({ kind: 'slice', name: 'slice', inputs: ['transposed'], from: 2, channels: 4 });
  builder.add({ kind: 'depth-to-space', name: 'shuffle', inputs: ['slice'], block: 2 });
  builder.add({ kind: 'bias-add', name: 'shifted', inputs: ['shuffle'] });
  builder.add({
    kind: 'upsample',
    name: 'nearest',
    inputs: ['shifted'],
    factor: [2, 2],
    interpolation: 'nearest',
  });
  builder.add({
    kind: 'upsample',
    name: 'bilinear',
    inputs: ['padded'],
    factor: [2, 3],
    interpolation: 'bilinear',
  });
  return builder.build('nearest', 'bilinear');
}

function narrowInception(index: number): Network {
  const plan = planChannels(zooNetwork('inception-32'));
  return resizeNetwork(plan, sampleWidths(plan, 'log-uniform', 5, index));
}

const NETWORKS: Readonly<Record<string, Network>> = {
  'common layers': everyLayer(),
  'uncommon layers': uncommonLayers(),
  'a random narrow inception-32': narrowInception(2),
  'another random narrow inception-32': narrowInception(6),
  'inception-32': zooNetwork('inception-32'),
};

/** Networks that an engine refuses rather than compute them wrong, with what it says. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'onnxruntime:webgpu': {
    'a random narrow inception-32':
      /layer Mixed_4a\/Branch_1\/Conv2d_1a_3x3 of .* with 21 input and 28 output channels, .* computes wrong/,
  },
};

function inputsOf(network: Network): Map<string, Float32Array> {
  const inputs = new Map<string, Float32Array>();
  for (const layer of network.layers) {
    if (layer.kind !== 'input') continue;
    inputs.set(
      layer.name,
      seededNormals(`in ${layer.name}`, BATCH * layer.height * layer.width * layer.channels, 9),
    );
  }
  return inputs;
}

function largestDifference(
  a: ReadonlyMap<string, Float32Array>,
  b: ReadonlyMap<string, Float32Array>,
): number {
  let largest = 0;
  for (const [name, values] of a) {
    const others = b.get(name);
    expect(others?.length).toBe(values.length);
    const scale = Math.max(1e-3, ...values.map(Math.abs));
    values.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - (others?.[i] as number)) / scale);
    });
  }
  return largest;
}

/** Networks are given with their batch norms; engines run the deployed form. */
async function inferred(engine: Engine, network: Network): Promise<Map<string, Float32Array>> {
  const weights = deployedWeights(network, seededWeights(network, 4));
  const loaded = await engine.load(deployedNetwork(network), { batch: BATCH, weights });
  const outputs = await loaded.infer(inputsOf(network));
  await loaded.dispose();
  return outputs;
}

/** Those that tell no times of single kernels, with what they say. */
const WITHOUT_KERNEL_TIMES: Readonly<Record<string, RegExp>> = {
  'onnxruntime:cuda': /times of single kernels asked of onnxruntime:cuda/,
};

/** What the others are compared with: it is everywhere. */
const REFERENCE = 'wasm';

const reference = new Map<string, Map<string, Float32Array>>();

beforeAll(async () => {
  const engine = await openEngine(REFERENCE, { threads: 1 });
  for (const [title, network] of Object.entries(NETWORKS))
    reference.set(title, await inferred(engine, network));
  await engine.close();
});

for (const choice of engineChoices()) {
  const [name = ''] = choice.split(':');
  const reason = await skipReason(choice);
  describe.skipIf(reason !== null)(`engine ${choice}${reason === null ? '' : ` (${reason})`}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openEngine(choice, { threads: 1 });
    });
    afterAll(() => engine.close());

    test('describes what really runs', async () => {
      expect(engineDescription.parse(engine.description)).toEqual(engine.description);
      expect(engine.description).toMatchObject({ engine: name, choice, rules: engine.rules.name });
      expect(rulesNamed(engine.rules.name)).toEqual(engine.rules);
      const found = await availabilityOf(choice);
      if (!found.available) throw new Error(found.reason);
      expect(found.description).toMatchObject({ engine: name, choice, clock: engine.description.clock });
      expect(found.adapters[0]).toEqual(describedAdapter(engine.description));
      if (engine.description.clock === 'gpu-timestamp') expect(engine.description.hardware).not.toBe('cpu');
      expect(engine.description.version).not.toBe('');
      expect(engine.description.threads).toBeGreaterThan(0);
    });

    for (const [title, network] of Object.entries(NETWORKS)) {
      const refusal = REFUSED[choice]?.[title];
      if (refusal !== undefined) {
        test(`refuses ${title}`, async () => {
          await expect(inferred(engine, network)).rejects.toThrow(refusal);
        });
        continue;
      }

      test(`computes what the others compute of ${title}`, async () => {
        const outputs = await inferred(engine, network);
        expect(largestDifference(reference.get(title) as Map<string, Float32Array>, outputs)).toBeLessThan(
          1e-4,
        );
      });

      test(`runs the kernels that its lowering rules predict of ${title}`, async () => {
        const deployed = deployedNetwork(network);
        const untimed = WITHOUT_KERNEL_TIMES[choice];
        if (untimed !== undefined) {
          const loading = engine.loadProfiled(deployed, {
            batch: BATCH,
            weights: seededWeights(deployed, 1),
          });
          await expect(loading).rejects.toThrow(untimed);
          return;
        }
        const profiled = await engine.loadProfiled(deployed, {
          batch: BATCH,
          weights: seededWeights(deployed, 1),
        });
        for (let run = 0; run < 3; run++) await profiled.run();
        const runs = await profiled.finish();
        expect(runs).toHaveLength(3);
        const expected = new Lowering(network, engine.rules, BATCH).kernels();
        for (const timings of runs) {
          expect(timings.map(({ kernel }) => kernel.name)).toEqual(expected.map(({ name }) => name));
          for (const { durationUs } of timings) expect(durationUs).toBeGreaterThanOrEqual(0);
        }
      });
    }

    test('times a whole inference in positive microseconds', async () => {
      const deployed = deployedNetwork(everyLayer());
      const loaded = await engine.load(deployed, { batch: 1, weights: seededWeights(deployed, 1) });
      expect(await loaded.run()).toBeGreaterThan(0);
      await loaded.dispose();
    });
  });
}
