// What starting a network takes in a process of its own: loading it, its first inference, the memory of both.
import { readFileSync, writeFileSync } from 'node:fs';
import { deployedNetwork } from '../../network/deployed.ts';
import { seededWeights } from '../../network/weights.ts';
import type { Engine } from '../engines/engine.ts';
import type { NetworkCase } from './measure-load.ts';

export interface NetworkStart {
  /** Making the engine's own form of the model: wall time, in µs. */
  readonly loadUs: number;
  /** The first inference after that. */
  readonly firstRunUs: number;
  /** Resident memory that loading and running added at most; null where the system does not tell. */
  readonly peakMemoryBytes: number | null;
}

/** Runs after the first: arenas grow with the first ones. */
const MORE_RUNS = 3;
const STATUS = '/proc/self/status';

/** A line of Linux's own figures of this process, in bytes; null elsewhere. */
function statusBytes(name: 'VmRSS' | 'VmHWM'): number | null {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(STATUS, 'utf8'));
    return found === null ? null : 1024 * Number(found[1]);
  } catch {
    return null;
  }
}

/** Begins the resident peak anew, which else is that of the whole process so far. */
function resetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Without it the peak is that of the process, which has done nothing larger.
  }
}

/**
 * Loads a network and runs it, in a process that did nothing else yet. A file that the engine runs is loaded as it is;
 * else our weights and the model made of them lie in the same memory, and count.
 */
export async function startNetwork(
  engine: Engine,
  { network, file }: Pick<NetworkCase, 'network' | 'file'>,
  batch: number,
): Promise<NetworkStart> {
  const deployed = file === undefined ? deployedNetwork(network) : null;
  const weights = deployed === null ? null : seededWeights(deployed, 1);
  resetPeak();
  const before = statusBytes('VmRSS');
  const startMs = performance.now();
  const loaded =
    deployed !== null && weights !== null
      ? await engine.load(deployed, { batch, weights })
      : await engine.loadFile?.({ path: file as string, network, batch });
  if (loaded === undefined) throw new Error(`${engine.description.engine} runs no files as they are`);
  const loadUs = 1e3 * (performance.now() - startMs);
  const firstRunUs = await loaded.run();
  for (let run = 0; run < MORE_RUNS; run++) await loaded.run();
  const peak = statusBytes('VmHWM');
  await loaded.dispose();
  return { loadUs, firstRunUs, peakMemoryBytes: before === null || peak === null ? null : peak - before };
}
