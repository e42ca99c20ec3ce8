// The providers of ONNX Runtime: which can run here, on what, and the options of their sessions.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { UserError } from '../../../records/user-error.ts';
import { describeMachine, processorName } from '../../machine.ts';
import type { AdapterDescription } from '../engine.ts';
import { searchGpu } from '../gpu-search.ts';
import { PROVIDER_NAMES, type ProviderName } from './provider-names.ts';

/** A provider that can run here, by what it runs on; else why not. */
export type FoundProvider =
  | { readonly available: true; readonly adapters: readonly [AdapterDescription, ...AdapterDescription[]] }
  | { readonly available: false; readonly reason: string; readonly remedy: string };

/** @throws UserError for a name that no provider has */
export function providerNamed(name: string): ProviderName {
  const found = PROVIDER_NAMES.find((provider) => provider === name);
  if (found !== undefined) return found;
  throw new UserError({
    got: `provider '${name}' of engine onnxruntime`,
    expected: `one of ${PROVIDER_NAMES.join(', ')}`,
    fix: 'correct what stands behind the colon of --engine onnxruntime:…',
  });
}

async function findWebgpu(): Promise<FoundProvider> {
  // Its own copy of Dawn finds what ours does, and does not tell what that is.
  const search = await searchGpu();
  if (!search.found) return { available: false, reason: search.reason, remedy: search.remedy };
  const [first, ...others] = search.adapters.map((adapter) => ({
    ...adapter,
    driver: `WebGPU, ${adapter.driver}`,
  }));
  if (first === undefined) throw new Error('a search that found something found nothing');
  return { available: true, adapters: [first, ...others] };
}

/** Looks for the provider's library alone: whether CUDA itself is there shows when a session is made. */
async function findCuda(): Promise<FoundProvider> {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const binaries = join(dirname(dirname(entry)), 'bin', 'napi-v6', process.platform, process.arch);
  if (!existsSync(join(binaries, 'libonnxruntime_providers_cuda.so'))) {
    return {
      available: false,
      reason: "onnxruntime-node is installed without ONNX Runtime's CUDA provider",
      remedy: 'morphline engines --install onnxruntime-cuda',
    };
  }
  const gpu = (await describeMachine()).gpus.find(({ vendor }) => /nvidia/i.test(vendor));
  if (gpu === undefined) {
    return {
      available: false,
      reason: 'no NVIDIA GPU found',
      remedy: 'run on a machine with one and its driver',
    };
  }
  return {
    available: true,
    adapters: [{ name: gpu.model, kind: 'gpu', driver: 'CUDAExecutionProvider' }],
  };
}

/** Looks, without making a session. */
export async function findProvider(name: ProviderName): Promise<FoundProvider> {
  switch (name) {
    case 'cpu': {
      const adapter = { name: await processorName(), kind: 'cpu', driver: 'CPUExecutionProvider' } as const;
      return { available: true, adapters: [adapter] };
    }
    case 'webgpu':
      return findWebgpu();
    case 'cuda':
      return findCuda();
    default:
      return name satisfies never;
  }
}

/** Options of a session that runs on this provider alone: what it cannot run is an error, not left to the CPU. */
export function sessionOptions(provider: ProviderName, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider === 'webgpu' ? { name: 'webgpu' } : provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...(provider === 'cpu' ? {} : { extra: { session: { disable_cpu_ep_fallback: '1' } } }),
  };
}
