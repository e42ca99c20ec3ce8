// What measures a load: an open engine in this process, or children of it.
import { deployedNetwork } from '../../network/deployed.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import type { Network } from '../../network/network.ts';
import { ScratchMemory } from '../../network/scratch-memory.ts';
import { seededWeights } from '../../network/weights.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import type { Engine, LoadedNetwork, LoadOptions } from '../engines/engine.ts';
import {
  type LoadJob,
  type LoadListener,
  type LoadResult,
  measureLoad,
  type NetworkCase,
  type Stage,
} from './measure-load.ts';
import { anotherRound } from './round-policy.ts';
import type { NetworkStart } from './start-network.ts';

/** What one network costs here. */
export interface NetworkTrial {
  /** Making its weights, loading it, and its first inference. */
  readonly loadSeconds: number;
  readonly runSeconds: number;
  /** Loading it once more, to record its kernels. */
  readonly profiledLoadSeconds: number;
}

/** Measures with an engine, in this process (`inProcess`) or in children of it (`openIsolated`). */
export interface Measurer {
  readonly description: EngineDescription;
  readonly rules: LoweringRules;
  /** Loads each of these networks and runs it twice. */
  trial(networks: readonly Network[], batch: number): Promise<NetworkTrial[]>;
  /** @throws LoadDeath if the process that measures dies, after the last sample that it took was told */
  measureLoad(job: LoadJob, listener: LoadListener): Promise<LoadResult>;
  /** Starts a network in a process of its own; of measurers that have such. @throws LoadDeath if it dies */
  start?(started: Pick<NetworkCase, 'network' | 'file'>, batch: number): Promise<NetworkStart>;
  /** Closes the engine, or ends the children. */
  close(): Promise<void>;
}

/** The process that measured died. */
export class LoadDeath extends Error {
  /** What it was about to do; null before the first network. */
  readonly stage: Stage | null;

  constructor(reason: string, stage: Stage | null) {
    super(reason);
    this.name = 'LoadDeath';
    this.stage = stage;
  }
}

/** Seconds that loading a network to record it takes; as `otherwise` where its kernels cannot be told. */
async function profiledSeconds(
  engine: Engine,
  network: Network,
  options: LoadOptions,
  otherwise: number,
): Promise<number> {
  const startMs = performance.now();
  try {
    const profiled = await engine.loadProfiled(network, options);
    const seconds = (performance.now() - startMs) / 1e3;
    await profiled.run();
    await profiled.finish();
    return seconds;
  } catch {
    return otherwise;
  }
}

/**
 * Loads networks one after the other and runs each twice. All stay loaded, as they do in a load that measures: memory
 * that the one before gave back would make the next quicker than it is there.
 */
export async function tryNetworks(
  engine: Engine,
  networks: readonly Network[],
  batch: number,
): Promise<NetworkTrial[]> {
  const trials: NetworkTrial[] = [];
  const held: LoadedNetwork[] = [];
  const scratch = engine.copiesWeights === true ? new ScratchMemory() : undefined;
  for (const network of networks) {
    const startMs = performance.now();
    const deployed = deployedNetwork(network);
    scratch?.reset();
    const weights = seededWeights(deployed, 1, scratch);
    const loaded = await engine.load(deployed, { batch, weights });
    held.push(loaded);
    await loaded.run();
    const loadSeconds = (performance.now() - startMs) / 1e3;
    const runSeconds = (await loaded.run()) / 1e6;
    const profiledLoadSeconds = await profiledSeconds(engine, deployed, { batch, weights }, loadSeconds);
    trials.push({ loadSeconds, runSeconds, profiledLoadSeconds });
  }
  for (const loaded of held) await loaded.dispose();
  return trials;
}

/** Measures with an open engine in this process; closing is left to whoever opened it. */
export function inProcess(engine: Engine): Measurer {
  return {
    description: engine.description,
    rules: engine.rules,
    trial: (networks, batch) => tryNetworks(engine, networks, batch),
    measureLoad: (job, listener) =>
      measureLoad(engine, job, {
        ...listener,
        another: (state) => anotherRound(job.policy, state, Date.now()),
      }),
    close: async () => undefined,
  };
}

/** An open engine measures in this process. */
export function measurerOf(engine: Engine | Measurer): Measurer {
  return 'measureLoad' in engine ? engine : inProcess(engine);
}
