// How many channels ONNX Runtime packs into a block on this processor, found by running one convolution.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Network } from '../../../network/network.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { seededWeights } from '../../../network/weights.ts';
import type { OrtModule } from './ort-module.ts';
import { takeProfile } from './profile-events.ts';

/** A convolution with one filter: in the blocked layout its output shows a whole block of channels. */
const ONE_FILTER: Network = {
  name: 'one-filter',
  layers: [
    { kind: 'input', name: 'input', inputs: [], height: 8, width: 8, channels: 1 },
    {
      kind: 'conv2d',
      name: 'conv',
      inputs: ['input'],
      filters: 1,
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: 'same',
      useBias: true,
    },
  ],
  outputs: ['conv'],
};

/** Channels per block of this processor's NCHWc layout, found by running one; null if none is used. */
export async function detectChannelBlock(ort: OrtModule, directory: string): Promise<number | null> {
  const prefix = `block-${randomUUID()}`;
  const session = await ort.InferenceSession.create(writeOnnx(ONE_FILTER, seededWeights(ONE_FILTER, 1)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    enableProfiling: true,
    profileFilePrefix: join(directory, prefix),
  });
  await session.run({ input: new ort.Tensor('float32', new Float32Array(64).fill(1), [1, 1, 8, 8]) });
  session.endProfiling();
  await session.release();
  const [run] = await takeProfile(directory, prefix);
  const blocked = run?.kernels.find((event) => event.node.endsWith('_nchwc'));
  return blocked?.outputShape[1] ?? null;
}
