// Measures networks together over several loads, in processes that may die.
import type { Network } from '../../network/network.ts';
import { BlockSamples } from './block-samples.ts';
import { Deaths } from './deaths.ts';
import type { KernelFigures, LoadResult, NetworkCase, Stage } from './measure-load.ts';
import { type BlockMeasurement, type LoadSample, summarizeNetworks } from './measure-networks.ts';
import { LoadDeath, type Measurer } from './measurer.ts';
import { type BlockPlan, type BlockState, nextStep, type SteadyTarget } from './next-step.ts';
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
  readonly kernels: ReadonlyMap<string, readonly (readonly KernelFigures[])[]>;
}

export interface BlockOptions extends BlockPlan {
  readonly batch: number;
  readonly seed: number;
  readonly sentinel: Network;
  /** Timed between bursts of runs; times are raw without one. */
  readonly pacer?: Network;
  /** How often every network is loaded anew; rounds are shared out among the loads. */
  readonly loads: number;
  readonly policy: RoundPolicy;
  /** As many loads and rounds again, up to so many rounds, until the networks repeat within this fraction. */
  readonly steady?: SteadyTarget;
  readonly earlier?: EarlierLoads;
  /** Told each sample as it is taken. */
  readonly onSample?: (sample: LoadSample) => void;
  /** Told what each load recorded, as it ends. */
  readonly onKernels?: (load: number, kernels: ReadonlyMap<string, readonly KernelFigures[]>) => void;
  readonly onFailure?: (failure: CaseFailure) => void;
  /** Told what comes next, and in which of how many loads. */
  readonly onStage?: (stage: Stage, load: { readonly index: number; readonly of: number }) => void;
}

/** A block whose processes die so often in a row without a sample of any network is given up. */
const MAX_BARREN_DEATHS = 12;

/** What a block has so far. */
class Block {
  cases: readonly NetworkCase[];
  readonly samples: BlockSamples;
  readonly kernels: Map<string, KernelFigures[][]>;
  readonly sentinels: SentinelSample[] = [];
  readonly deaths = new Deaths();
  /** Loads that stopped because their policy said so; and whether the last one did. */
  private readonly ended = new Set<number>();
  private lastEnded = false;
  private loadedMs = 0;
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
    this.kernels = new Map(
      [...(earlier?.kernels ?? [])].map(([id, each]) => [id, [...each].map((k) => [...k])]),
    );
    this.profiled = cases.some((each) => each.profiled);
  }

  /** Mean of |pass 2 / pass 1 − 1| over the rounds that every case has. */
  private repeatability(whole: number): number | null {
    if (whole === 0) return null;
    const rounds = this.cases.map(({ id }) => this.samples.of(id).slice(0, whole));
    return summarizeRounds(
      rounds.map((each) => each.map(({ latencyUs }) => latencyUs)),
      rounds.map((each) => each.map(({ load }) => load)),
    ).repeatability;
  }

  state({ loads, policy }: BlockPlan): BlockState {
    const { whole } = this.samples;
    return {
      whole,
      loaded: this.samples.loadsOf(Math.ceil(policy.minRounds / loads), this.ended),
      lastEnded: this.lastEnded,
      loadMs: this.loadedMs / Math.max(1, this.ended.size),
      profiled: this.profiled,
      repeatability: this.repeatability(whole),
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

  /** @param ms that it took */
  finished(load: number, ms: number, { sentinels, kernels, failures }: LoadResult): void {
    this.lastEnded = true;
    this.barrenDeaths = 0;
    this.ended.add(load);
    this.loadedMs += ms;
    this.sentinels.push(...sentinels);
    for (const [id, figures] of kernels) {
      if (figures.length > 0) this.kernels.set(id, [...(this.kernels.get(id) ?? []), [...figures]]);
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

/** Loads the networks once more and takes the rounds that the policy says. */
async function measureNextLoad(
  measurer: Measurer,
  block: Block,
  policy: RoundPolicy,
  where: { readonly index: number; readonly of: number },
  { batch, seed, sentinel, pacer, onStage, onSample }: BlockOptions,
): Promise<void> {
  const load = block.samples.nextLoad;
  const startMs = performance.now();
  block.deaths.begin();
  try {
    const paced = pacer === undefined ? {} : { pacer };
    const job = { cases: block.cases, batch, seed, sentinel, ...paced, done: block.samples.done, policy };
    const result = await measurer.measureLoad(job, {
      onStage(stage) {
        block.deaths.reached(stage);
        onStage?.(stage, where);
      },
      onSample(sample) {
        block.add({ ...sample, load });
        onSample?.({ ...sample, load });
      },
    });
    block.finished(load, performance.now() - startMs, result);
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
    return { round: -1, latencyUs, coldUs: latencyUs, perPacer: null, pacerUs: null };
  });
}

/**
 * Measures networks together over several loads:
 *
 *     decide ({@link nextStep}) ─▶ a load, in a process of its own ─▶ decide … ─▶ summarize
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
  let plan: BlockPlan = options;
  while (block.cases.length > 0) {
    const state = block.state(plan);
    const step = nextStep(state, plan, options, options.steady, Date.now());
    if (step.kind === 'stop') break;
    plan = step.plan;
    const index = Math.min(state.loaded, plan.loads - 1);
    await measureNextLoad(measurer, block, step.policy, { index, of: plan.loads }, options);
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
