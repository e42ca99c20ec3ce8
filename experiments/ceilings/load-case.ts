// One case loaded into an engine: how it is run, and how its kernel's time is read once all rounds are done.
import { mean } from 'simple-statistics';
import { deployedNetwork } from '../../network/deployed.ts';
import type { Network } from '../../network/network.ts';
import { seededWeights } from '../../network/weights.ts';
import type { Engine, LoadedNetwork } from '../../profiler/engines/engine.ts';
import type { TimedCase } from '../../profiler/timing/bursts.ts';
import type { RoundSample } from '../../profiler/timing/rounds.ts';
import { type CeilingCase, MEASURED } from './cases.ts';

/** A case that is loaded: its times per round come when all rounds are done. */
export interface LoadedCase<T extends CeilingCase> {
  readonly measured: T;
  readonly timed: TimedCase;
  /** Takes note that the last runs are the sample of a round. */
  keep(sample: RoundSample): void;
  /** Frees the networks. @returns µs per round */
  finish(): Promise<number[]>;
}

/** Mean of the middle half: finer than a clock's whole microseconds, and without outliers. */
export function midMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

const positive = (us: number) => Math.max(us, 1e-3);

/** A chain of kernels against one of them, by the wall clock: what each kernel adds. */
async function loadChain<T extends CeilingCase>(
  engine: Engine,
  measured: T,
  chain: number,
  single: Network,
  seed: number,
): Promise<LoadedCase<T>> {
  const { id, batch, network } = measured;
  const networks: LoadedNetwork[] = [];
  for (const each of [network, single])
    networks.push(await engine.load(each, { batch, weights: seededWeights(each, seed) }));
  const [long, short] = networks as [LoadedNetwork, LoadedNetwork];
  const roundsUs: number[] = [];
  return {
    measured,
    timed: { id, run: async () => (await long.run()) - (await short.run()) },
    keep: ({ latencyUs }) => roundsUs.push(positive(latencyUs / (chain - 1))),
    async finish() {
      for (const each of networks) await each.dispose();
      return roundsUs;
    },
  };
}

/** A kernel in situ, by the engine's recording of it. */
async function loadInSitu<T extends CeilingCase>(
  engine: Engine,
  measured: T,
  seed: number,
): Promise<LoadedCase<T>> {
  const { id, batch, network } = measured;
  const profiled = await engine.loadProfiled(deployedNetwork(network), {
    batch,
    weights: seededWeights(network, seed),
  });
  let runs = 0;
  const kept: [from: number, to: number][] = [];
  return {
    measured,
    timed: {
      id,
      async run() {
        const start = performance.now();
        await profiled.run();
        runs++;
        return (performance.now() - start) * 1e3;
      },
    },
    keep: (sample) => kept.push([runs - sample.runs, runs]),
    async finish() {
      const timings = await profiled.finish();
      const kernelUs = timings.map(
        (run) => run.find(({ kernel }) => kernel.name === MEASURED)?.durationUs ?? 0,
      );
      return kept.map(([from, to]) => positive(midMean(kernelUs.slice(from, to))));
    },
  };
}

/** @throws whatever the engine does for a case that is too large for its device */
export function loadCase<T extends CeilingCase>(
  engine: Engine,
  measured: T,
  seed: number,
): Promise<LoadedCase<T>> {
  return 'chain' in measured && measured.single !== null
    ? loadChain(engine, measured, measured.chain, measured.single, seed)
    : loadInSitu(engine, measured, seed);
}
