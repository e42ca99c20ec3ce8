import { availableParallelism } from 'node:os';
import { UserError } from '../network/user-error.ts';
import type { EngineDescription } from './engine.ts';
import { defaultTrainingEngine } from './engines.ts';
import type { Tf } from './tfjs/execute.ts';
import { tensorflowAdapter } from './tfjs/tensorflow.ts';
import { wasmAdapter } from './tfjs/wasm.ts';

/** A tfjs namespace whose current backend can train, with what it runs on. */
export interface TrainingEngine {
  readonly tf: Tf;
  readonly description: EngineDescription;
}

/**
 * Opens an engine to train with: tensorflow where its native library loads, else wasm.
 * @throws UserError for an engine that does not train or is not available
 */
export async function openTrainingEngine(name?: string, threads?: number): Promise<TrainingEngine> {
  const wanted = name ?? (await defaultTrainingEngine());
  if (wanted === 'tensorflow') return tensorflowAdapter.openTraining(threads ?? availableParallelism());
  if (wanted === 'wasm') return wasmAdapter.openTraining();
  throw new UserError({
    got: `training engine '${wanted}'`,
    expected: 'tensorflow or wasm',
    fix: 'leave --engine out to use the best one here',
  });
}
