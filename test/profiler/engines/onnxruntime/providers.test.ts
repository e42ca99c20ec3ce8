import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openEngine } from '../../../../profiler/engines/registry.ts';
import { skipReason } from '../skip-reason.ts';

const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
const library = join(
  dirname(dirname(entry)),
  'bin/napi-v6',
  process.platform,
  process.arch,
  'libonnxruntime_providers_cuda.so',
);

test.skipIf(existsSync(library))(
  'a provider without its library says which command brings it (not tested where the CUDA provider is installed)',
  async () => {
    await expect(openEngine('onnxruntime:cuda', { threads: 1 })).rejects.toThrow(
      /without ONNX Runtime's CUDA provider.*morphline engines --install onnxruntime-cuda/,
    );
  },
);

test('the provider that it takes by default can be named, and is no part of what reopens it', async () => {
  const engine = await openEngine('onnxruntime:cpu', { threads: 1 });
  expect(engine.description).toMatchObject({
    choice: 'onnxruntime',
    hardware: 'cpu',
    provider: 'CPUExecutionProvider',
    clock: 'wall',
  });
  await engine.close();
});

const reason = await skipReason('onnxruntime:webgpu');

test.skipIf(reason !== null)(
  `on WebGPU the GPU's clock times its kernels${reason === null ? '' : ` (${reason})`}`,
  async () => {
    const engine = await openEngine('onnxruntime:webgpu', { threads: 1 });
    expect(engine.description).toMatchObject({ choice: 'onnxruntime:webgpu', clock: 'gpu-timestamp' });
    expect(['software', 'gpu']).toContain(engine.description.hardware);
    expect(engine.description.provider).toMatch(/^WebGPU, /);
    await engine.close();
  },
);
