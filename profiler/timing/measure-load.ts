// Networks loaded together once and measured in rounds, with their kernels in situ.
import { mean, median } from 'simple-statistics';
import { deployedNetwork } from '../../network/deployed.ts';
import type { Network } from '../../network/network.ts';
import { ScratchMemory } from '../../network/scratch-memory.ts';
import { seededWeights } from '../../network/weights.ts';
import { robustSpread } from '../../records/robust-statistics.ts';
import { UserError } from '../../records/user-error.ts';
import type {
  Engine,
  FileOptions,
  KernelTiming,
  LoadedNetwork,
  ProfiledNetwork,
  TimedNetwork,
} from '../engines/engine.ts';
import type { TimedCase } from './bursts.ts';
import { type DisturbanceWatch, watchDisturbance } from './disturbance.ts';
import { PACER_COPIES, type Pace, pacerOf } from './pacer.ts';
import type { RoundPolicy, RoundState } from './round-policy.ts';
import { type RoundSample, type SentinelSample, sampleRounds } from './rounds.ts';
import { SENTINEL_COPIES } from './sentinel.ts';
import { type TypicalRun, typicalRun } from './typical-run.ts';

export interface NetworkCase {
  readonly id: string;
  readonly network: Network;
  /** Whether the time of every kernel is recorded too. */
  readonly profiled: boolean;
  /** Whether one recorded run is kept as it was, too. */
  readonly keepsRun?: boolean;
  /** The file that the network was read of, where it is to run as it is rather than as the network deployed. */
  readonly file?: string;
}

/** Networks to load together once and to measure in rounds; pure data, to be sent to another process. */
export interface LoadJob {
  readonly cases: readonly NetworkCase[];
  readonly batch: number;
  readonly seed: number;
  /** Re-timed all along: a network like those measured, so that it drifts as they do. */
  readonly sentinel: Network;
  /** Timed between bursts of runs, to know the machine's momentary speed; times are raw alone without one. */
  readonly pacer?: Network;
  /** Rounds that each case has from earlier loads. */
  readonly done: ReadonlyMap<string, number>;
  readonly policy: RoundPolicy;
}

/** What a load is about to do, and with which case; null is the sentinel. What crashes next, crashed there. */
export interface Stage {
  readonly step: 'load' | 'run' | 'read' | 'pace';
  readonly id: string | null;
}

export interface LoadListener {
  readonly onStage?: (stage: Stage) => void | Promise<void>;
  readonly onSample?: (sample: RoundSample) => void;
}

/** One kernel's time over the rounds of a load. */
export interface KernelFigures {
  readonly kernel: string;
  /** What it computes; the engine's own word for it where the lowering does not foresee it. Empty in old files. */
  readonly op: string;
  readonly isUnforeseen: boolean;
  readonly latencyUs: number;
  /** In runs of the pacer, recorded run by recorded run; null without one. */
  readonly perPacer: number | null;
  /** Robust standard deviation over rounds, as a fraction of the median. */
  readonly spread: number;
  readonly minUs: number;
  readonly rounds: number;
}

export interface LoadResult {
  readonly sentinels: readonly SentinelSample[];
  /** By profiled case: those of the lowering in its order, then what else ran. */
  readonly kernels: ReadonlyMap<string, readonly KernelFigures[]>;
  /** By profiled case that keeps it: one hot recorded run as it was. */
  readonly typical?: ReadonlyMap<string, TypicalRun>;
  /** Cases whose recordings could not be read, and why. */
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Recorded runs per round. The first is cold and left out; the mean of the others is one round's figure, since
 * profiles have whole microseconds.
 */
export const PROFILED_RUNS_PER_ROUND = 3;
const COLD_RUNS = 1;
const PROFILED_WARM_UPS = 2;

/** The pacer's time beside each hot recorded run of a case, in their order; none without one. */
type RecordedPaces = number[];

/** A recorded run: its kernels, and the pacer's time beside it. */
interface RecordedRun {
  readonly timings: readonly KernelTiming[];
  readonly paceUs: number | null;
}

/** The hot recorded runs, round by round: rounds × runs. */
function hotRounds(runs: readonly (readonly KernelTiming[])[], pacesUs: RecordedPaces): RecordedRun[][] {
  const recorded = runs.slice(PROFILED_WARM_UPS);
  const hot = PROFILED_RUNS_PER_ROUND - COLD_RUNS;
  const rounds: RecordedRun[][] = [];
  for (let at = 0; at + PROFILED_RUNS_PER_ROUND <= recorded.length; at += PROFILED_RUNS_PER_ROUND) {
    const first = rounds.length * hot;
    rounds.push(
      recorded
        .slice(at + COLD_RUNS, at + PROFILED_RUNS_PER_ROUND)
        .map((timings, run) => ({ timings, paceUs: pacesUs[first + run] ?? null })),
    );
  }
  return rounds;
}

/** Per kernel: mean within a round, median across rounds. */
function kernelFigures(runs: readonly (readonly KernelTiming[])[], pacesUs: RecordedPaces): KernelFigures[] {
  const rounds = hotRounds(runs, pacesUs);
  const isPaced = pacesUs.length > 0;
  const first = rounds[0]?.[0]?.timings ?? [];
  return first.map(({ kernel }, index) => {
    const us = ({ timings }: RecordedRun) => timings[index]?.durationUs as number;
    const roundsUs = rounds.map((round) => mean(round.map(us)));
    return {
      kernel: kernel.name,
      op: kernel.op,
      isUnforeseen: 'isUnforeseen' in kernel,
      latencyUs: median(roundsUs),
      perPacer: isPaced
        ? median(rounds.map((round) => mean(round.map((run) => us(run) / (run.paceUs as number)))))
        : null,
      spread: robustSpread(roundsUs),
      minUs: Math.min(...roundsUs),
      rounds: roundsUs.length,
    };
  });
}

/** Loads the copies of the pacer, beside what is `loaded`. */
async function loadPacer(
  engine: Engine,
  pacer: Network,
  seed: number,
  loaded: TimedNetwork[],
): Promise<Pace | undefined> {
  const deployed = deployedNetwork(pacer);
  const copies: LoadedNetwork[] = [];
  for (let copy = 0; copy < PACER_COPIES; copy++) {
    // Of one example, whatever the batch: times are compared across sessions.
    const made = await engine.load(deployed, { batch: 1, weights: seededWeights(deployed, seed) });
    copies.push(made);
    loaded.push(made);
  }
  return pacerOf(copies);
}

/** Runs so often, the pacer before and after each. @returns the mean pace beside each run, in µs; none without one */
async function pacedRuns(count: number, run: () => Promise<void>, pace: Pace | undefined): Promise<number[]> {
  const beside: number[] = [];
  let before = await pace?.();
  for (let at = 0; at < count; at++) {
    await run();
    const after = await pace?.();
    if (before !== undefined && after !== undefined) beside.push((before + after) / 2);
    before = after;
  }
  return beside;
}

/**
 * Loads networks and measures them together, in shuffled rounds with a sentinel: whole-network latency of each, and
 * the kernels of those that ask for it, in situ. Samples are told as they are taken.
 */
export async function measureLoad(
  engine: Engine,
  job: Omit<LoadJob, 'policy'>,
  options: LoadListener & {
    readonly another: (state: RoundState) => boolean;
    /** Replaced in tests. */
    readonly watch?: DisturbanceWatch;
  },
): Promise<LoadResult> {
  const { cases, batch, seed, done } = job;
  const at = async (step: Stage['step'], id: string | null) => options.onStage?.({ step, id });
  const scratch = engine.copiesWeights === true ? new ScratchMemory() : undefined;
  const loaded: TimedNetwork[] = [];
  const profiled = new Map<string, ProfiledNetwork>();
  const recordedPaces = new Map<string, RecordedPaces>();
  /** Wall time of each hot recorded run, in their order, of cases that keep one. */
  const recordedWalls = new Map<string, number[]>();
  const load = async (network: Network, id: string | null, recorded: boolean) => {
    await at('load', id);
    const deployed = deployedNetwork(network);
    scratch?.reset();
    const weights = seededWeights(deployed, seed, scratch);
    const made = await engine.load(deployed, { batch, weights });
    loaded.push(made);
    if (id !== null && recorded) profiled.set(id, await engine.loadProfiled(deployed, { batch, weights }));
    return made;
  };
  const loadFile = async (options: FileOptions, id: string, recorded: boolean) => {
    await at('load', id);
    const made = await engine.loadFile?.(options);
    if (made === undefined) throw new Error(`${engine.description.engine} runs no files as they are`);
    loaded.push(made);
    const recording = recorded ? await engine.loadFileProfiled?.(options) : undefined;
    if (recording !== undefined) profiled.set(id, recording);
    return made;
  };
  try {
    const sentinelCases: TimedCase[] = [];
    for (let copy = 0; copy < SENTINEL_COPIES; copy++) {
      const made = await load(job.sentinel, null, false);
      sentinelCases.push({ id: `sentinel ${copy}`, run: () => made.run() });
    }
    const timedCases: TimedCase[] = [];
    for (const { id, network, profiled: recorded, keepsRun, file } of cases) {
      if (keepsRun === true) recordedWalls.set(id, []);
      const made =
        file === undefined
          ? await load(network, id, recorded)
          : await loadFile({ path: file, network, batch }, id, recorded);
      timedCases.push({ id, run: () => made.run() });
      for (let run = 0; run < PROFILED_WARM_UPS; run++) await profiled.get(id)?.run();
    }
    if (job.pacer !== undefined) await at('pace', null);
    const pace = job.pacer === undefined ? undefined : await loadPacer(engine, job.pacer, seed, loaded);
    let samples = 0;
    let startMs: number | undefined;
    const { sentinels } = await sampleRounds(timedCases, {
      seed,
      done,
      sentinels: sentinelCases,
      watch: options.watch ?? watchDisturbance(engine.description.threads),
      another(rounds) {
        const now = performance.now();
        startMs ??= now;
        return options.another({
          done: rounds,
          own: samples / cases.length,
          seconds: (now - startMs) / 1e3,
        });
      },
      beforeCase: (timedCase) => at('run', sentinelCases.includes(timedCase) ? null : timedCase.id),
      ...(pace === undefined ? {} : { pace }),
      async afterCase(id) {
        const recording = profiled.get(id);
        if (recording === undefined) return;
        for (let run = 0; run < COLD_RUNS; run++) await recording.run();
        const hot = PROFILED_RUNS_PER_ROUND - COLD_RUNS;
        const walled = async () => {
          const start = process.hrtime.bigint();
          await recording.run();
          recordedWalls.get(id)?.push(Number(process.hrtime.bigint() - start) / 1e3);
        };
        const pacesUs = await pacedRuns(hot, walled, pace);
        recordedPaces.set(id, [...(recordedPaces.get(id) ?? []), ...pacesUs]);
      },
      onSample(sample) {
        startMs ??= performance.now();
        samples++;
        options.onSample?.(sample);
      },
    });
    const kernels = new Map<string, KernelFigures[]>();
    const typical = new Map<string, TypicalRun>();
    const failures = new Map<string, string>();
    for (const [id, recording] of profiled) {
      await at('read', id);
      profiled.delete(id);
      try {
        const runs = await recording.finish();
        const pacesUs = recordedPaces.get(id) ?? [];
        kernels.set(id, kernelFigures(runs, pacesUs));
        const hot = hotRounds(runs, pacesUs).flatMap((round) => round.map(({ timings }) => timings));
        const middle = typicalRun(hot, recordedWalls.get(id) ?? []);
        if (middle !== null) typical.set(id, middle);
      } catch (error) {
        if (error instanceof UserError) throw error;
        failures.set(id, error instanceof Error ? error.message : String(error));
      }
    }
    return { sentinels, kernels, typical, failures };
  } finally {
    for (const recording of profiled.values()) await recording.finish().catch(() => undefined);
    for (const network of loaded) await network.dispose();
  }
}
