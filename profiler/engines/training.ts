import { availableParallelism } from 'node:os';
import type { EngineDescription } from '../../records/engine-description.ts';
import { UserError } from '../../records/user-error.ts';
import { defaultTrainingEngine } from './registry.ts';
import { tensorflowAdapter } from './tensorflow/adapter.ts';
import type { Tf } from './tfjs/execute.ts';
import { wasmAdapter } from './wasm/adapter.ts';
import { webgpuAdapter } from './webgpu/adapter.ts';

/** A tfjs namespace whose current backend can train, with what it runs on. */
export interface TrainingEngine {
  readonly tf: Tf;
  readonly description: EngineDescription;
  /** Lets go of the device; a process with a GPU open does not end by itself. */
  close(): Promise<void>;
}

/**
 * Opens an engine to train with: by default tensorflow where its native library loads, webgpu on a hardware GPU, else
 * wasm. On webgpu values are read by `data()` alone: `dataSync()` throws.
 * @throws UserError for an engine that does not train or is not available
 */
export async function openTrainingEngine(name?: string, threads?: number): Promise<TrainingEngine> {
  const wanted = name ?? (await defaultTrainingEngine());
  const close = async () => undefined;
  switch (wanted) {
    case 'tensorflow':
      return { ...(await tensorflowAdapter.openTraining(threads ?? availableParallelism())), close };
    case 'webgpu':
      return webgpuAdapter.openTraining();
    case 'wasm':
      return { ...(await wasmAdapter.openTraining()), close };
  }
  throw new UserError({
    got: `training engine '${wanted}'`,
    expected: 'tensorflow, webgpu or wasm',
    fix: 'leave --engine out to use the best one here',
  });
}
