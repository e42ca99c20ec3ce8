import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployedNetwork } from '../../../network/deployed.ts';
import type { Layer } from '../../../network/layer.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import type { Network } from '../../../network/network.ts';
import { quantizedNetwork } from '../../../network/quantized-network.ts';
import { seededWeights } from '../../../network/weights.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';
import {
  activation,
  add,
  concat,
  conv,
  dense,
  depthwise,
  globalPool,
  image,
  network,
  pool,
} from '../layers.ts';

// Networks in 8 bits, run by ONNX Runtime: it runs the kernels that the lowering rules say, and no others.

let engine: Engine;
beforeAll(async () => {
  engine = await engineNamed('onnxruntime').open({ threads: 1 });
});
afterAll(() => engine.close());

async function runsAsLowered(described: Network): Promise<void> {
  const rounded = deployedNetwork(quantizedNetwork(described));
  const profiled = await engine.loadProfiled(rounded, { batch: 1, weights: seededWeights(rounded, 1) });
  await profiled.run();
  const [timings = []] = await profiled.finish();
  const title = ({ name, op }: { name: string; op: string }) => `${op} ${name}`;
  expect(timings.map(({ kernel }) => title(kernel))).toEqual(
    new Lowering(rounded, engine.rules).kernels().map(title),
  );
}

const relu = (name: string, input: string) => activation(name, input, 'relu');
const conv3 = (name: string, input: string, filters: number) =>
  conv(name, input, filters, { kernel: 3, bias: true });

test.each<[string, readonly Layer[]]>([
  ['a convolution', [conv3('A', 'input', 8)]],
  [
    'convolutions with cut-offs',
    [conv3('A', 'input', 8), relu('R', 'A'), conv3('B', 'R', 5), relu('S', 'B')],
  ],
  [
    'a residual',
    [
      conv3('A', 'input', 8),
      relu('R', 'A'),
      conv3('B', 'R', 8),
      add('S', 'R', 'B'),
      relu('T', 'S'),
      conv3('C', 'T', 4),
    ],
  ],
  [
    'depthwise',
    [conv3('A', 'input', 8), relu('R', 'A'), depthwise('B', 'R', 1, { bias: true }), conv('C', 'B', 8)],
  ],
  [
    'pools and joins',
    [
      conv3('A', 'input', 8),
      relu('R', 'A'),
      pool('max-pool', 'P', 'R'),
      pool('avg-pool', 'Q', 'R'),
      concat('J', 'P', 'Q'),
      conv('C', 'J', 8),
    ],
  ],
  ['what ends networks', [conv3('A', 'input', 8), relu('R', 'A'), globalPool('G', 'R'), dense('D', 'G', 10)]],
])('%s', async (_, layers) => {
  await runsAsLowered(network([image(16, 3), ...layers]));
});

test.each(['inception-32', 'resnet-v1-32', 'mobilenet-v1-32', 'googlenet-32'])(
  '%s',
  async (name) => {
    await runsAsLowered(zooNetwork(name));
  },
  60_000,
);
