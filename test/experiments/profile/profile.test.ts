import { expect, test } from 'vitest';
import { networkProfile } from '../../../experiments/profile/network-profile.ts';
import { profileNetwork } from '../../../experiments/profile/profile.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { activation, conv, globalPool, image, network } from '../../network/layers.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const small = network([
  image(8, 3),
  conv('A', 'input', 4),
  activation('E', 'A', 'elu'),
  conv('B', 'E', 4),
  globalPool('G', 'B'),
]);

/** Four kernels of 10 µs in 55 µs; the file runs the activation as two others, in 83 µs. */
function engine(): Engine {
  const deployed = scriptedEngine({ kernelUs: () => 10, networkUs: () => 55 });
  const file = scriptedEngine({
    kernelUs: () => 10,
    networkUs: () => 83,
    otherwise: {
      fused: ({ name }) => name === 'E',
      ran: [
        { name: 'exp', op: 'Exp', durationUs: 25 },
        { name: 'where', op: 'Where', durationUs: 31 },
      ],
    },
  });
  const options = { batch: 1, weights: new Map() };
  return {
    ...deployed,
    loadFile: ({ network: read }) => file.load(read, options),
    loadFileProfiled: ({ network: read }) => file.loadProfiled(read, options),
  };
}

const profiled = (file?: string) =>
  profileNetwork({
    measurer: inProcess(engine()),
    network: small,
    batch: 1,
    seed: 1,
    budgetSeconds: 0,
    ...(file === undefined ? {} : { file }),
  });

test('kernels and the remainder are the whole', async () => {
  const profile = networkProfile.parse(await profiled());
  expect(profile).toMatchObject({
    form: 'deployed',
    kernels_us: 40,
    remainder_us: 15,
    latency_us: 55,
    unforeseen_share: 0,
    deployed: null,
    gain: null,
  });
  const shares = profile.layers.reduce((sum, { share }) => sum + share, 0);
  expect(shares + profile.remainder_us / profile.latency_us).toBeCloseTo(1, 12);
});

test('a file is timed as it is, what was not foreseen named by the engine, the network deployed beside it', async () => {
  const profile = networkProfile.parse(await profiled('small.onnx'));
  expect(profile).toMatchObject({
    form: 'file',
    latency_us: 83,
    kernels_us: 86,
    // Recording adds more than dispatch takes.
    remainder_us: -3,
    unforeseen_share: 56 / 86,
    deployed: { form: 'deployed', latency_us: 55, kernels_us: 40, remainder_us: 15 },
    gain: 83 / 55,
  });
  expect(profile.layers.map(({ name, kind, flops, latency_us }) => [name, kind, flops, latency_us])).toEqual([
    ['A', 'conv 1x1/1 nhwc', 2 * 64 * 3 * 4, 10],
    ['B', 'conv 1x1/1 nhwc', 2 * 64 * 4 * 4, 10],
    ['G', 'global-avg-pool nhwc', 0, 10],
    ['exp', 'op:Exp', null, 25],
    ['where', 'op:Where', null, 31],
  ]);
});
