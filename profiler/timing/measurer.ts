// What measures a load: an open engine in this process, or children of it.
import { deployedNetwork } from '../../network/deployed.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import type { Network } from '../../network/network.ts';
import { seededWeights } from '../../network/weights.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import type { Engine } from '../engines/engine.ts';
import { type LoadJob, type LoadListener, type LoadResult, measureLoad, type Stage } from './measure-load.ts';
import { anotherRound } from './round-policy.ts';

/** What one network costs here. */
export interface NetworkTrial {
  /** Making its weights, loading it, and its first inference. */
  readonly loadSeconds: number;
  readonly runSeconds: number;
}

/** Measures with an engine, in this process ({@link inProcess}) or in children of it ({@link openIsolated}). */
export interface Measurer {
  readonly description: EngineDescription;
  readonly rules: LoweringRules;
  /** Loads each of these networks and runs it twice. */
  trial(networks: readonly Network[], batch: number): Promise<NetworkTrial[]>;
  /** @throws LoadDeath if the process that measures dies, after the last sample that it took was told */
  measureLoad(job: LoadJob, listener: LoadListener): Promise<LoadResult>;
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

export async function tryNetworks(
  engine: Engine,
  networks: readonly Network[],
  batch: number,
): Promise<NetworkTrial[]> {
  const trials: NetworkTrial[] = [];
  for (const network of networks) {
    const startMs = performance.now();
    const deployed = deployedNetwork(network);
    const loaded = await engine.load(deployed, { batch, weights: seededWeights(deployed, 1) });
    await loaded.run();
    const loadSeconds = (performance.now() - startMs) / 1e3;
    trials.push({ loadSeconds, runSeconds: (await loaded.run()) / 1e6 });
    await loaded.dispose();
  }
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
