// Runs a target on many broken inputs: each must be read or refused, in one line, in time and within memory.
import { mkdirSync } from 'node:fs';
import { CommanderError } from 'commander';
import { asUserError } from '../../records/system-error.ts';
import type { TargetMaker } from './target.ts';

/** One input takes no longer than that on a busy machine. */
const MOST_MS = 10_000;
/** What one input may make the process hold beyond what it held before. */
const MOST_BYTES = 1.5 * 2 ** 30;

export interface FuzzResult {
  readonly name: string;
  readonly accepted: number;
  readonly refused: number;
  /** Of the slowest input. */
  readonly slowestMs: number;
}

export interface FuzzOptions {
  /** Of the repository. */
  readonly root: string;
  /** For its files. */
  readonly folder: string;
  readonly runs: number;
  readonly seed: number;
  /** Called before each input. */
  readonly onInput?: () => void;
}

/** Whether an error is the one line that a user gets. */
function isOneLine(error: unknown): boolean {
  if (error instanceof CommanderError) return true;
  const theirs = asUserError(error);
  if (theirs === null) return false;
  const control = /[\p{Cc}]/u.exec(theirs.message);
  if (control !== null)
    throw new Error(`a message with a control character: ${JSON.stringify(theirs.message)}`);
  return true;
}

/**
 * Reads so many broken inputs.
 * @throws Error for the first finding, with the smallest input that shows it
 */
export async function fuzzTarget(
  make: TargetMaker,
  { root, folder, runs, seed, onInput }: FuzzOptions,
): Promise<FuzzResult> {
  mkdirSync(folder, { recursive: true });
  const target = await make(root, folder);
  const counts = { accepted: 0, refused: 0 };
  let slowestMs = 0;
  const guard = async (work: () => void | Promise<void>) => {
    onInput?.();
    const startMs = performance.now();
    const { rss } = process.memoryUsage();
    try {
      await work();
      counts.accepted++;
    } catch (error) {
      if (!isOneLine(error)) throw error;
      counts.refused++;
    }
    const ms = performance.now() - startMs;
    slowestMs = Math.max(slowestMs, ms);
    if (ms > MOST_MS) throw new Error(`an input that takes ${Math.round(ms)} ms`);
    const grown = process.memoryUsage().rss - rss;
    if (grown > MOST_BYTES) throw new Error(`an input that takes ${Math.round(grown / 2 ** 20)} MiB`);
  };
  await target.run(guard, { runs, seed });
  return { name: target.name, ...counts, slowestMs };
}
