// Measuring with an engine by its name, which is opened and closed, or with one that is open already.
import type { Engine } from '../engines/engine.ts';
import { openIsolated } from './isolation/isolated-measurer.ts';
import { type Measurer, measurerOf } from './measurer.ts';

/** What measures. */
export interface MeasuringEngine {
  /**
   * An engine's name as `--engine` takes it, each load in a process of its own, by default the best one here; or one that
   * is open: an engine measures in this process, a measurer in children of it. Open ones stay open.
   */
  readonly engine?: string | Engine | Measurer;
  /** CPU threads of an engine that is named; 1 by default. */
  readonly threads?: number;
}

/**
 * Does something with what measures, and closes what was opened for it.
 * @throws UserError for an engine that is not there, or more threads than processors
 */
export async function withMeasurer<T>(
  { engine, threads = 1 }: MeasuringEngine,
  use: (measurer: Measurer) => Promise<T>,
): Promise<T> {
  if (engine !== undefined && typeof engine !== 'string') return use(measurerOf(engine));
  const measurer = await openIsolated({ engine, threads });
  try {
    return await use(measurer);
  } finally {
    await measurer.close();
  }
}
