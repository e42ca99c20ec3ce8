import type { EngineDescription } from '../../records/engine-description.ts';
import { UserError } from '../../records/user-error.ts';
import type { Availability, Engine, EngineAdapter } from './engine.ts';
import { onnxruntimeAdapter } from './onnxruntime/adapter.ts';
import { tensorflowAdapter } from './tensorflow/adapter.ts';
import { wasmAdapter } from './wasm/adapter.ts';
import { webgpuAdapter } from './webgpu/adapter.ts';

/** Every engine, in the order in which defaults look. Adding one is adding a file and a line here. */
export const ENGINES: readonly EngineAdapter[] = [
  tensorflowAdapter,
  webgpuAdapter,
  onnxruntimeAdapter,
  wasmAdapter,
];

/** @throws UserError for a name that no engine has */
export function engineNamed(name: string): EngineAdapter {
  const adapter = ENGINES.find((candidate) => candidate.name === name);
  if (adapter !== undefined) return adapter;
  throw new UserError({
    got: `engine '${name}'`,
    expected: `one of ${ENGINES.map((engine) => engine.name).join(', ')}`,
    fix: 'see `morphline engines`',
  });
}

export interface EngineStatus {
  readonly name: string;
  readonly trains: boolean;
  readonly availability: Availability;
}

/** What can run here; engines are looked at one after another, since they share the processor. */
export async function engineStatuses(): Promise<EngineStatus[]> {
  const statuses: EngineStatus[] = [];
  for (const { name, trains, availability } of ENGINES) {
    statuses.push({ name, trains, availability: await availability() });
  }
  return statuses;
}

function runsOnGpu(availability: Availability): boolean {
  return availability.available && availability.description.hardware === 'gpu';
}

/**
 * The engine to measure with when none is asked for: a hardware GPU first (tensorflow on CUDA, then webgpu), else
 * onnxruntime on the CPU, else wasm.
 */
export async function defaultEngine(options: { threads?: number } = {}): Promise<string> {
  if (runsOnGpu(await tensorflowAdapter.availability(options))) return 'tensorflow';
  if (runsOnGpu(await webgpuAdapter.availability())) return 'webgpu';
  const onnxruntime = await onnxruntimeAdapter.availability();
  return onnxruntime.available ? 'onnxruntime' : 'wasm';
}

/**
 * The engine to train with when none is asked for: tensorflow where its library loads, webgpu on a hardware GPU, else
 * wasm.
 */
export async function defaultTrainingEngine(): Promise<string> {
  if ((await tensorflowAdapter.availability()).available) return 'tensorflow';
  return runsOnGpu(await webgpuAdapter.availability()) ? 'webgpu' : 'wasm';
}

/**
 * Opens an engine, or the default one.
 * @param choice name of an engine, for onnxruntime with `:` and a provider behind it (`onnxruntime:webgpu`)
 * @throws UserError for an engine or provider that there is not, or that is not available
 */
export async function openEngine(
  choice: string | undefined,
  { threads }: { threads: number },
): Promise<Engine> {
  const [name = '', provider] = (choice ?? (await defaultEngine({ threads }))).split(':');
  const adapter = engineNamed(name);
  if (provider === undefined) return adapter.open({ threads });
  if (adapter === onnxruntimeAdapter) return adapter.open({ threads, provider });
  throw new UserError({
    got: `provider '${provider}' of engine ${name}`,
    expected: 'a provider of onnxruntime, the one engine with several',
    fix: `write --engine ${name}`,
  });
}

/** What `--engine` opens a described engine again with. */
export function engineChoice({ engine, provider }: EngineDescription): string {
  if (engine !== 'onnxruntime') return engine;
  if (/^webgpu/i.test(provider)) return 'onnxruntime:webgpu';
  return /^cuda/i.test(provider) ? 'onnxruntime:cuda' : engine;
}
