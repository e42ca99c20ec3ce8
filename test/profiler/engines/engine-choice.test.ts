import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openEngine } from '../../../profiler/engines/registry.ts';

test.each([
  ['cuda', /got engine 'cuda'; expected one of tensorflow, webgpu, onnxruntime, wasm/],
  ['onnxruntime:metal', /got provider 'metal' of engine onnxruntime; expected one of cpu, webgpu, cuda/],
  ['wasm:webgpu', /got provider 'webgpu' of engine wasm; .* write --engine wasm/],
])('an engine that there is not, %s, is refused with those there are', async (choice, message) => {
  await expect(openEngine(choice, { threads: 1 })).rejects.toThrow(message);
});

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

test('the provider that an engine takes by default can be named', async () => {
  const engine = await openEngine('onnxruntime:cpu', { threads: 1 });
  expect(engine.description).toMatchObject({ hardware: 'cpu', provider: 'CPUExecutionProvider' });
  await engine.close();
});
