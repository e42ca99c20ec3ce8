// The one list of engines, and which of them a name, a provider or nothing at all means.

import { UserError } from '../../records/user-error.ts';
import { requireGranted } from '../granted-processors.ts';
import { defaultAmong } from './default-engine.ts';
import type { Availability, Engine, EngineAdapter } from './engine.ts';
import { onnxruntimeAdapter } from './onnxruntime/adapter.ts';
import { tensorflowAdapter } from './tensorflow/adapter.ts';
import { wasmAdapter } from './wasm/adapter.ts';
import { webgpuAdapter } from './webgpu/adapter.ts';

/** Every engine, in the order in which defaults look and lists show them. Adding one is adding a folder and a line here. */
export const ENGINES: readonly EngineAdapter[] = [
  tensorflowAdapter,
  webgpuAdapter,
  onnxruntimeAdapter,
  wasmAdapter,
];

/** All that `--engine` takes: names of engines, and providers behind a colon but for the default ones. */
export function engineChoices(): string[] {
  return ENGINES.flatMap(({ name, providers = [] }) => [
    name,
    ...providers.slice(1).map((provider) => `${name}:${provider}`),
  ]);
}

/** Names of the engines that train. */
export function trainingEngines(): string[] {
  return ENGINES.filter(({ openTraining }) => openTraining !== undefined).map(({ name }) => name);
}

/** The engine that computes with whole numbers of 8 bits. */
export function quantizingEngine(): EngineAdapter {
  return ENGINES.find(({ quantizes }) => quantizes === true) as EngineAdapter;
}

/** The engine of that name. @throws UserError for a name that no engine has */
export function engineNamed(name: string): EngineAdapter {
  const adapter = ENGINES.find((candidate) => candidate.name === name);
  if (adapter !== undefined) return adapter;
  throw new UserError({
    got: `engine '${name}'`,
    expected: `one of ${ENGINES.map((engine) => engine.name).join(', ')}`,
    fix: 'see `morphline engines`',
  });
}

/** An engine, whether it trains, and whether it can run here. */
export interface EngineStatus {
  readonly name: string;
  readonly trains: boolean;
  readonly availability: Availability;
}

/** What can run here; engines are looked at one after another, since they share the processor. */
export async function engineStatuses(): Promise<EngineStatus[]> {
  const statuses: EngineStatus[] = [];
  for (const { name, openTraining, availability } of ENGINES) {
    statuses.push({ name, trains: openTraining !== undefined, availability: await availability() });
  }
  return statuses;
}

/** The engine to measure with when none is asked for. */
export function defaultEngine(options: { threads?: number | undefined } = {}): Promise<string> {
  return defaultAmong(ENGINES, 'measuring', options);
}

/** The engine to train with when none is asked for. */
export function defaultTrainingEngine(options: { threads?: number | undefined } = {}): Promise<string> {
  return defaultAmong(ENGINES, 'training', options);
}

/**
 * Opens an engine, or the default one.
 * @param choice one of {@link engineChoices}, or an engine with its default provider named
 * @throws UserError for an engine or provider that there is not, or that is not available, and for more threads than
 * processors
 */
export async function openEngine(
  choice: string | undefined,
  { threads }: { threads: number },
): Promise<Engine> {
  requireGranted(threads);
  const [name = '', provider] = (choice ?? (await defaultEngine({ threads }))).split(':');
  const adapter = engineNamed(name);
  if (provider === undefined) return adapter.open({ threads });
  if (adapter.providers !== undefined) return adapter.open({ threads, provider });
  const several = ENGINES.filter(({ providers }) => providers !== undefined).map((engine) => engine.name);
  throw new UserError({
    got: `provider '${provider}' of engine ${name}`,
    expected: `a provider only of an engine with several (${several.join(', ')})`,
    fix: `write --engine ${name}`,
  });
}
