// Whether a model file can be timed as it is, its own graph in the engine.
import { resolve } from 'node:path';
import type { OpenedModel } from '../network/model-file.ts';
import { engineNamed } from '../profiler/engines/registry.ts';
import type { EngineDescription } from '../records/engine-description.ts';
import type { WidthFlags } from './options.ts';

/**
 * The file to be timed as it is: one that the engine runs, at its own widths and batch. Kernels of files are told apart on
 * CPUs.
 */
export function ownFile(
  model: string,
  opened: OpenedModel,
  { widths, widthMultiplier, batch }: WidthFlags & { readonly batch: number },
  { engine, hardware }: EngineDescription,
): string | undefined {
  // A file that fixes its batch runs at no other.
  const isItsBatch = (opened.batch ?? batch) === batch;
  const isOwn = isItsBatch && widths === undefined && widthMultiplier === undefined;
  const runs = engineNamed(engine).runsFiles?.test(model) === true && hardware === 'cpu';
  return isOwn && runs ? resolve(model) : undefined;
}
