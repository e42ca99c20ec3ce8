// Measures networks together over several loads, in processes that may die.
import type { Network } from '../../network/network.ts';
import { pacedUs } from '../../records/pacing.ts';
import { BlockSamples } from './block-samples.ts';
import { choosePacing } from './choose-pacing.ts';
import { Deaths } from './deaths.ts';
import type { KernelFigures, LoadResult, NetworkCase, Stage } from './measure-load.ts';
import {
  type BlockMeasurement,
  type LoadKernels,
  type LoadSample,
  summarizeNetworks,
} from './measure-networks.ts';
import { LoadDeath, type Measurer } from './measurer.ts';
import { type BlockPlan, type BlockState, type CaseCosts, LEAST_TOGETHER, nextStep } from './next-step.ts';
import { noisyCases } from './noisy-cases.ts';
import type { RoundPolicy } from './round-policy.ts';
import { summarizeRounds } from './round-statistics.ts';
import type { SentinelSample } from './rounds.ts';

/** A case that was left out, and why. */
export interface CaseFailure {
  readonly id: string;
  readonly reason: string;
}

/** What earlier processes measured of a block. */
export interface EarlierLoads {
  readonly samples: readonly LoadSample[];
  readonly kernels: ReadonlyMap<string, readonly LoadKernels[]>;
}

export interface BlockOptions extends BlockPlan {
  readonly batch: number;
  readonly seed: number;
  readonly sentinel: Network;
  /** Timed between bursts of runs; times are raw without one. */
  readonly pacer?: Network;
  readonly earlier?: EarlierLoads;
  /** Told each sample as it is taken. */
  readonly onSample?: (sample: LoadSample) => void;
  /** Told what each load recorded, as it ends. */
  readonly onKernels?: (load: number, kernels: ReadonlyMap<string, readonly KernelFigures[]>) => void;
  readonly onFailure?: (failure: CaseFailure) => void;
  /** Told what comes next, and in which of how many loads. */
  readonly onStage?: (stage: Stage, load: { readonly index: number; readonly of: number }) => void;
}

/** What a load took, in ms, of how many cases and samples. */
interface LoadTimes {
  readonly loadMs: number;
  readonly roundsMs: number;
  readonly cases: number;
  readonly samples: number;
}

/** A block whose processes die so often in a row without a sample of any network is given up. */
const MAX_BARREN_DEATHS = 12;

/** What a block has so far. */
class Block {
  cases: readonly NetworkCase[];
  readonly samples: BlockSamples;
  readonly kernels: Map<string, LoadKernels[]>;
  readonly sentinels: SentinelSample[] = [];
  readonly deaths = new Deaths();
  /** Loads that stopped because their policy said so; and whether the last one did. */
  private readonly ended = new Set<number>();
  private lastEnded = false;
  /** Of the loads that ended, in ms: loading, and rounds; how many cases were loaded, and how many times one ran a round. */
  private readonly spent = { loadMs: 0, roundsMs: 0, loaded: 0, samples: 0 };
  private barrenDeaths = 0;
  private readonly profiled: boolean;
  private readonly options: BlockOptions;

  constructor(cases: readonly NetworkCase[], options: BlockOptions) {
    const { earlier } = options;
    this.cases = cases;
    this.options = options;
    this.samples = new BlockSamples(
      cases.map(({ id }) => id),
      earlier?.samples ?? [],
    );
    this.kernels = new Map([...(earlier?.kernels ?? [])].map(([id, each]) => [id, [...each]]));
    this.profiled = cases.some((each) => each.profiled);
  }

  private get costs(): CaseCosts | null {
    const { loadMs, roundsMs, loaded, samples } = this.spent;
    return loaded === 0 || samples === 0
      ? null
      : { loadMs: loadMs / loaded, roundMs: Math.max(1e-3, roundsMs / samples) };
  }

  /** Whether a load was killed before it told the kernels that it recorded. */
  private lostKernels(load: number): boolean {
    return this.cases.some(
      ({ id, profiled }) =>
        profiled &&
        this.samples.of(id).some((sample) => sample.load === load) &&
        !this.kernels.get(id)?.some((recorded) => recorded.load === load),
    );
  }

  state({ loads, policy, precision }: BlockPlan): BlockState {
    const { whole } = this.samples;
    const samples = this.cases.map(({ id }) => this.samples.of(id));
    const pacing = whole > 0 ? choosePacing(samples) : null;
    const { cases, variances } = summarizeRounds(
      whole === 0 ? [] : samples.map((each) => each.map((sample) => pacedUs(sample, pacing))),
      samples.map((each) => each.map(({ load }) => load)),
      samples.map((each) => each.map(({ round }) => round)),
    );
    const noisy = precision === undefined ? [] : noisyCases(cases, precision.standardError, LEAST_TOGETHER);
    const noisyIds = noisy.map((index) => (this.cases[index] as NetworkCase).id);
    return {
      cases: this.cases.length,
      whole,
      loaded: this.samples.loadsOf(Math.ceil(policy.minRounds / loads), this.ended, (load) =>
        this.lostKernels(load),
      ),
      lastEnded: this.lastEnded,
      costs: this.costs,
      variances,
      profiled: this.profiled,
      noisy: noisyIds,
      begin: {
        all: this.samples.begin(this.cases.map(({ id }) => id)),
        noisy: noisyIds.length === 0 ? 0 : this.samples.begin(noisyIds),
      },
    };
  }

  add(sample: LoadSample): void {
    this.barrenDeaths = 0;
    this.samples.add(sample);
  }

  leaveOut(id: string, reason: string): void {
    this.cases = this.cases.filter((each) => each.id !== id);
    this.samples.leaveOut(id);
    this.options.onFailure?.({ id, reason });
  }

  finished(load: number, took: LoadTimes, { sentinels, kernels, typical, failures }: LoadResult): void {
    this.lastEnded = true;
    this.barrenDeaths = 0;
    this.ended.add(load);
    this.spent.loadMs += took.loadMs;
    this.spent.roundsMs += took.roundsMs;
    this.spent.loaded += took.cases;
    this.spent.samples += took.samples;
    this.sentinels.push(...sentinels);
    for (const [id, figures] of kernels) {
      const recorded = { load, figures, typical: typical?.get(id) };
      if (figures.length > 0) this.kernels.set(id, [...(this.kernels.get(id) ?? []), recorded]);
    }
    this.options.onKernels?.(load, kernels);
    for (const [id, reason] of failures) this.leaveOut(id, reason);
  }

  /** @throws the error, unless it is a death that leaves something to go on with */
  failed(error: unknown): void {
    if (!(error instanceof LoadDeath)) throw error;
    this.lastEnded = false;
    if (++this.barrenDeaths >= MAX_BARREN_DEATHS) throw error;
    if (!this.deaths.died()) return;
    const id = error.stage?.id ?? null;
    if (id === null) throw error;
    this.leaveOut(id, error.message);
  }
}

/** Loads networks once more, all or some, and takes the rounds that the policy says. */
async function measureNextLoad(
  measurer: Measurer,
  block: Block,
  { only, policy }: { readonly only: readonly string[] | null; readonly policy: RoundPolicy },
  where: { readonly index: number; readonly of: number },
  { batch, seed, sentinel, pacer, onStage, onSample }: BlockOptions,
): Promise<void> {
  const load = block.samples.nextLoad;
  const startMs = performance.now();
  let firstMs: number | undefined;
  let samples = 0;
  block.deaths.begin();
  try {
    const paced = pacer === undefined ? {} : { pacer };
    const cases = only === null ? block.cases : block.cases.filter(({ id }) => only.includes(id));
    const done = block.samples.next(cases.map(({ id }) => id));
    const job = { cases, batch, seed, sentinel, ...paced, done, policy };
    const result = await measurer.measureLoad(job, {
      onStage(stage) {
        block.deaths.reached(stage);
        onStage?.(stage, where);
      },
      onSample(sample) {
        firstMs ??= performance.now();
        samples++;
        block.add({ ...sample, load });
        onSample?.({ ...sample, load });
      },
    });
    const endMs = performance.now();
    const loadMs = (firstMs ?? endMs) - startMs;
    // The first sample began before it was told.
    const roundsMs = samples > 1 ? ((endMs - startMs - loadMs) * samples) / (samples - 1) : 0;
    block.finished(load, { loadMs, roundsMs, cases: cases.length, samples }, result);
  } catch (error) {
    block.failed(error);
  }
}

/** Sentinels of a block whose rounds are all those of killed processes, which took their sentinels with them. */
async function lateSentinels(
  measurer: Measurer,
  { sentinel, batch }: BlockOptions,
): Promise<SentinelSample[]> {
  const trials = await measurer.trial([sentinel, sentinel, sentinel], batch);
  // Of no round: taken after them all.
  return trials.map(({ runSeconds }) => {
    const latencyUs = runSeconds * 1e6;
    return { sentinel: 0, round: -1, latencyUs, coldUs: latencyUs, perPacer: null, pacerUs: null };
  });
}

/**
 * Measures networks together over several loads:
 *
 *     decide (`nextStep`) ─▶ a load, in a process of its own ─▶ decide … ─▶ summarize
 *
 * What a load's process leaves when it dies counts, and a new load goes on in the middle of its round; a case on which
 * processes die three times in a row is left out.
 * @returns the measurements of all other cases
 * @throws Error if processes die three times before they have a network to blame
 */
export async function measureBlock(
  measurer: Measurer,
  cases: readonly NetworkCase[],
  options: BlockOptions,
): Promise<BlockMeasurement> {
  const block = new Block(cases, options);
  while (block.cases.length > 0) {
    const state = block.state(options);
    const step = nextStep(state, options, Date.now());
    if (step.kind === 'stop') break;
    const of = Math.max(options.loads, state.loaded + 1);
    await measureNextLoad(measurer, block, step, { index: state.loaded, of }, options);
  }
  if (block.cases.length === 0)
    return { networks: [], repeatability: null, drift: 0, sentinelUs: null, pacing: null };
  const sentinels = block.sentinels.length > 0 ? block.sentinels : await lateSentinels(measurer, options);
  return summarizeNetworks(
    block.cases,
    block.cases.map(({ id }) => ({ samples: block.samples.of(id), kernels: block.kernels.get(id) ?? [] })),
    sentinels,
    { rules: measurer.rules, batch: options.batch },
  );
}
