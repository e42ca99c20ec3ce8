// Opening an engine to train with, by its name or by what is best here.

import { UserError } from '../../records/user-error.ts';
import { requireGranted } from '../granted-processors.ts';
import type { TrainingEngine } from './engine.ts';
import { defaultTrainingEngine, ENGINES, trainingEngines } from './registry.ts';

/**
 * Opens an engine to train with, by default the best one here. On some, values are read by `data()` alone:
 * `dataSync()` throws.
 * @param threads of the CPU; what the engine takes by itself without
 * @throws UserError for an engine that does not train or is not available, and for more threads than processors
 */
export async function openTrainingEngine(name?: string, threads?: number): Promise<TrainingEngine> {
  if (threads !== undefined) requireGranted(threads);
  const wanted = name ?? (await defaultTrainingEngine({ threads }));
  const adapter = ENGINES.find((engine) => engine.name === wanted);
  if (adapter?.openTraining !== undefined) return adapter.openTraining({ threads });
  throw new UserError({
    got: `training engine '${wanted}'`,
    expected: `one of ${trainingEngines().join(', ')}`,
    fix: 'leave --engine out to use the best one here',
  });
}
