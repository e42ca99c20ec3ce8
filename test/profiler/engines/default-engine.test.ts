import { expect, test } from 'vitest';
import { defaultAmong } from '../../../profiler/engines/default-engine.ts';
import type { Availability, EngineAdapter } from '../../../profiler/engines/engine.ts';
import { ENGINES } from '../../../profiler/engines/registry.ts';
import type { EngineDescription, HardwareKind } from '../../../records/engine-description.ts';

const ABSENT: Availability = { available: false, reason: 'absent', remedy: 'none' };

function found(engine: string, hardware: HardwareKind): Availability {
  const description: EngineDescription = {
    engine,
    choice: engine,
    version: '1',
    hardware,
    adapter: 'a processor',
    provider: 'none',
    threads: 1,
    clock: 'wall',
    rules: 'tfjs',
  };
  return { available: true, description, adapters: [] };
}

/** Our engines on a machine where these are found, on this hardware. */
function machine(here: Readonly<Record<string, HardwareKind>>): {
  engines: EngineAdapter[];
  looked: string[];
} {
  const looked: string[] = [];
  const engines = ENGINES.map((engine) => ({
    ...engine,
    async availability() {
      looked.push(engine.name);
      const hardware = here[engine.name];
      return hardware === undefined ? ABSENT : found(engine.name, hardware);
    },
  }));
  return { engines, looked };
}

test.each([
  {
    here: { tensorflow: 'gpu', webgpu: 'gpu', onnxruntime: 'cpu', wasm: 'cpu' },
    measuring: 'tensorflow',
    training: 'tensorflow',
  },
  {
    here: { tensorflow: 'cpu', webgpu: 'gpu', onnxruntime: 'cpu', wasm: 'cpu' },
    measuring: 'webgpu',
    training: 'tensorflow',
  },
  { here: { webgpu: 'gpu', onnxruntime: 'cpu', wasm: 'cpu' }, measuring: 'webgpu', training: 'webgpu' },
  {
    here: { tensorflow: 'cpu', webgpu: 'software', onnxruntime: 'cpu', wasm: 'cpu' },
    measuring: 'onnxruntime',
    training: 'tensorflow',
  },
  {
    here: { webgpu: 'software', onnxruntime: 'cpu', wasm: 'cpu' },
    measuring: 'onnxruntime',
    training: 'wasm',
  },
  { here: { tensorflow: 'cpu', wasm: 'cpu' }, measuring: 'wasm', training: 'tensorflow' },
  { here: {}, measuring: 'wasm', training: 'wasm' },
] as const)('of $here, $measuring measures and $training trains', async ({ here, measuring, training }) => {
  const { engines } = machine(here);
  expect(await defaultAmong(engines, 'measuring', {})).toBe(measuring);
  expect(await defaultAmong(engines, 'training', {})).toBe(training);
});

test('an engine behind the one that is taken is not looked at', async () => {
  const { engines, looked } = machine({ tensorflow: 'cpu', webgpu: 'gpu', onnxruntime: 'cpu' });
  await defaultAmong(engines, 'measuring', {});
  expect(looked).toEqual(['tensorflow', 'webgpu']);
});
