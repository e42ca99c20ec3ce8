import { mean, median } from 'simple-statistics';
import { deployedNetwork } from '../network/deployed.ts';
import type { Network } from '../network/network.ts';
import { seededWeights } from '../network/weights.ts';
import { type DisturbanceWatch, watchDisturbance } from './disturbance.ts';
import type { Engine, KernelTiming, LoadedNetwork, ProfiledNetwork } from './engine.ts';
import { type CaseStatistics, robustSpread, summarizeRounds } from './round-statistics.ts';
import { type RoundSample, sampleRounds } from './rounds.ts';

export interface NetworkCase {
  readonly id: string;
  readonly network: Network;
  /** Whether the time of every kernel is recorded too. */
  readonly profiled: boolean;
}

/** One kernel's time over the rounds of a session. */
export interface KernelMeasurement extends Pick<CaseStatistics, 'latencyUs' | 'spread' | 'minUs' | 'rounds'> {
  readonly kernel: KernelTiming['kernel'];
}

export interface NetworkMeasurement extends CaseStatistics {
  readonly id: string;
  readonly kernels: readonly KernelMeasurement[];
  /** Samples that others disturbed; each was taken again. */
  readonly disturbed: number;
}

export interface BlockMeasurement {
  readonly networks: readonly NetworkMeasurement[];
  readonly repeatability: number | null;
  readonly drift: number;
  /** Median time of the sentinel, to compare blocks with each other. */
  readonly sentinelUs: number;
}

export interface MeasureOptions {
  readonly batch: number;
  readonly seed: number;
  /** Re-timed all along the session: a network like those measured, so that it drifts as they do. */
  readonly sentinel: Network;
  /** Round times of an earlier, killed process in µs, by case; the same number for every case. */
  readonly earlier?: ReadonlyMap<string, readonly number[]>;
  /** Rounds to take: asked before each with the number done and the seconds spent in rounds so far. */
  readonly another: (roundsDone: number, seconds: number) => boolean;
  readonly onSample?: (sample: RoundSample) => void;
  /** Replaced in tests. */
  readonly watch?: DisturbanceWatch;
}

/** Recorded runs per round; the mean of them is one round's figure, since profiles have whole microseconds. */
const PROFILED_RUNS_PER_ROUND = 3;
const PROFILED_WARM_UPS = 2;

/** Profiled runs come in the order rounds × runs; per kernel: mean within a round, median across rounds. */
function kernelMeasurements(runs: readonly (readonly KernelTiming[])[]): KernelMeasurement[] {
  const recorded = runs.slice(PROFILED_WARM_UPS);
  const first = recorded[0] ?? [];
  return first.map(({ kernel }, index) => {
    const roundsUs: number[] = [];
    for (let at = 0; at + PROFILED_RUNS_PER_ROUND <= recorded.length; at += PROFILED_RUNS_PER_ROUND) {
      const round = recorded.slice(at, at + PROFILED_RUNS_PER_ROUND);
      roundsUs.push(mean(round.map((timings) => timings[index]?.durationUs as number)));
    }
    const latencyUs = median(roundsUs);
    return {
      kernel,
      latencyUs,
      spread: robustSpread(roundsUs),
      minUs: Math.min(...roundsUs),
      rounds: roundsUs.length,
    };
  });
}

/**
 * Measures a block of networks together, in shuffled rounds with a sentinel: whole-network latency of each, and the
 * kernels of those that ask for it, in situ.
 */
export async function measureNetworks(
  engine: Engine,
  cases: readonly NetworkCase[],
  options: MeasureOptions,
): Promise<BlockMeasurement> {
  const { batch } = options;
  const loaded: LoadedNetwork[] = [];
  const profiled = new Map<string, ProfiledNetwork>();
  const load = async (network: Network, id: string | null) => {
    const deployed = deployedNetwork(network);
    const weights = seededWeights(deployed, options.seed);
    loaded.push(await engine.load(deployed, { batch, weights }));
    if (id !== null) profiled.set(id, await engine.loadProfiled(deployed, { batch, weights }));
  };
  try {
    await load(options.sentinel, null);
    for (const { id, network, profiled: wanted } of cases) await load(network, wanted ? id : null);
    const [sentinel, ...networks] = loaded as [LoadedNetwork, ...LoadedNetwork[]];
    for (const recording of profiled.values()) {
      for (let run = 0; run < PROFILED_WARM_UPS; run++) await recording.run();
    }
    const earlier = options.earlier ?? new Map<string, readonly number[]>();
    const start = performance.now();
    const result = await sampleRounds(
      cases.map(({ id }, index) => ({ id, run: () => (networks[index] as LoadedNetwork).run() })),
      {
        seed: options.seed,
        firstRound: earlier.get(cases[0]?.id ?? '')?.length ?? 0,
        sentinel: { id: 'sentinel', run: () => sentinel.run() },
        watch: options.watch ?? watchDisturbance(engine.description.threads),
        another: (rounds) => options.another(rounds, (performance.now() - start) / 1e3),
        afterCase: async (id) => {
          const recording = profiled.get(id);
          for (let run = 0; recording !== undefined && run < PROFILED_RUNS_PER_ROUND; run++)
            await recording.run();
        },
        ...(options.onSample === undefined ? {} : { onSample: options.onSample }),
      },
    );
    const statistics = summarizeRounds(
      result.samples.map((rounds) => rounds.map(({ latencyUs }) => latencyUs)),
    );
    const measurements: NetworkMeasurement[] = [];
    for (const [index, { id }] of cases.entries()) {
      const recording = profiled.get(id);
      const kernels = recording === undefined ? [] : kernelMeasurements(await recording.finish());
      profiled.delete(id);
      const disturbed =
        result.samples[index]?.reduce(
          (sum, { attempts, disturbed: still }) => sum + attempts - (still ? 0 : 1),
          0,
        ) ?? 0;
      measurements.push({ id, ...(statistics.cases[index] as CaseStatistics), kernels, disturbed });
    }
    const { repeatability, drift } = statistics;
    return { networks: measurements, repeatability, drift, sentinelUs: median([...result.sentinelUs]) };
  } finally {
    for (const recording of profiled.values()) await recording.finish().catch(() => undefined);
    for (const network of loaded) await network.dispose();
  }
}
