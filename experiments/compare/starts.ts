// What starting each network takes: each in processes of its own, so that memory and caches are its alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import { deployedNetwork } from '../../network/deployed.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { seededWeights } from '../../network/weights.ts';
import { engineNamed } from '../../profiler/engines/registry.ts';
import type { NetworkCase } from '../../profiler/timing/measure-load.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import type { NetworkStart } from '../../profiler/timing/start-network.ts';

type Started = Pick<NetworkCase, 'network' | 'file'>;

/** Medians over starts. */
export interface StartFigures extends NetworkStart {
  /** What the memory is: what resident memory grew by. */
  readonly memoryOf: 'resident-set';
}

/** Starts of each, while they take no more than a share of the budget. */
const MOST_STARTS = 3;
const BUDGET_SHARE = 0.15;

/** Where the engine runs files, the network as one: else our weights would lie in the same memory. */
function asFile({ description }: Measurer, started: Started, batch: number, path: string): Started {
  const runs =
    engineNamed(description.engine).runsFiles?.test(path) === true && description.hardware === 'cpu';
  if (started.file !== undefined || !runs) return started;
  const deployed = deployedNetwork(started.network);
  writeFileSync(path, writeOnnx(deployed, seededWeights(deployed, 1), batch));
  return { network: started.network, file: path };
}

const figures = (starts: readonly NetworkStart[]): StartFigures | null => {
  if (starts.length === 0) return null;
  const memory = starts.flatMap(({ peakMemoryBytes }) => peakMemoryBytes ?? []);
  return {
    loadUs: median(starts.map(({ loadUs }) => loadUs)),
    firstRunUs: median(starts.map(({ firstRunUs }) => firstRunUs)),
    peakMemoryBytes: memory.length === 0 ? null : median(memory),
    memoryOf: 'resident-set',
  };
};

/**
 * Starts networks in turn.
 * @returns null of each where the measurer has no processes to start them in
 */
export async function measureStarts(
  measurer: Measurer,
  networks: readonly Started[],
  { batch, budgetSeconds }: { readonly batch: number; readonly budgetSeconds: number },
): Promise<(StartFigures | null)[]> {
  if (measurer.start === undefined) return networks.map(() => null);
  const startMs = Date.now();
  const folder = mkdtempSync(join(tmpdir(), 'morphline-start-'));
  try {
    const files = networks.map((each, index) => asFile(measurer, each, batch, join(folder, `${index}.onnx`)));
    const found: NetworkStart[][] = networks.map(() => []);
    for (let turn = 0; turn < MOST_STARTS; turn++) {
      for (const [index, each] of files.entries()) found[index]?.push(await measurer.start(each, batch));
      if (Date.now() - startMs > (1e3 * BUDGET_SHARE * budgetSeconds * (turn + 1)) / (turn + 2)) break;
    }
    return found.map(figures);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
