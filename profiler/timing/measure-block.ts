import type { Network } from '../../network/network.ts';
import type { KernelFigures, NetworkCase, Stage } from './measure-load.ts';
import { type BlockMeasurement, type LoadSample, summarizeNetworks } from './measure-networks.ts';
import { LoadDeath, type Measurer } from './measurer.ts';
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

export interface BlockOptions {
  readonly batch: number;
  readonly seed: number;
  readonly sentinel: Network;
  /** How often every network is loaded anew; rounds are shared out among the loads. */
  readonly loads: number;
  readonly policy: RoundPolicy;
  /** As many loads and rounds again, up to so many rounds, until the networks repeat within this fraction. */
  readonly steady?: { readonly repeatability: number; readonly maxRounds: number };
  readonly earlier?: EarlierLoads;
  /** Told each sample as it is taken. */
  readonly onSample?: (sample: LoadSample) => void;
  /** Told what each load recorded, as it ends. */
  readonly onKernels?: (load: number, kernels: ReadonlyMap<string, readonly KernelFigures[]>) => void;
  readonly onFailure?: (failure: CaseFailure) => void;
  /** Told what comes next, and in which of how many loads. */
  readonly onStage?: (stage: Stage, load: { readonly index: number; readonly of: number }) => void;
}

/** A case on which this many processes have died in a row is left out. */
const MAX_DEATHS = 3;

const keyOf = (stage: Stage | null) => (stage === null ? 'start' : `${stage.step} ${stage.id ?? ''}`);

/** Deaths in a row at each stage: one that a later process passes was not to blame. */
class Deaths {
  private readonly counts = new Map<string, number>();
  private current = keyOf(null);

  /** A process starts. */
  begin(): void {
    this.current = keyOf(null);
  }

  reached(stage: Stage): void {
    this.counts.delete(this.current);
    this.current = keyOf(stage);
  }

  /** @returns whether it was the last that this stage is granted */
  died(): boolean {
    const deaths = (this.counts.get(this.current) ?? 0) + 1;
    this.counts.set(this.current, deaths);
    return deaths >= MAX_DEATHS;
  }
}

/** The rounds of a block, by case, as its loads deliver them. */
class BlockSamples {
  private readonly samples = new Map<string, LoadSample[]>();

  constructor(ids: readonly string[], earlier: readonly LoadSample[]) {
    for (const id of ids) this.samples.set(id, []);
    for (const sample of earlier) this.add(sample);
  }

  add(sample: LoadSample): void {
    this.samples.get(sample.id)?.push(sample);
  }

  leaveOut(id: string): void {
    this.samples.delete(id);
  }

  of(id: string): readonly LoadSample[] {
    return this.samples.get(id) ?? [];
  }

  /** Rounds by case. */
  get done(): Map<string, number> {
    return new Map([...this.samples].map(([id, each]) => [id, each.length]));
  }

  /** Rounds that every case has. */
  get whole(): number {
    return Math.min(...[...this.samples.values()].map((each) => each.length));
  }

  /** Loads that ended by themselves, or have at least this many rounds' worth of samples. */
  loadsOf(rounds: number, ended: ReadonlySet<number>): number {
    const counts = new Map([...ended].map((load) => [load, Number.POSITIVE_INFINITY]));
    for (const each of this.samples.values())
      for (const { load } of each) counts.set(load, (counts.get(load) ?? 0) + 1);
    return [...counts.values()].filter((count) => count >= rounds * this.samples.size).length;
  }

  get nextLoad(): number {
    let last = -1;
    for (const each of this.samples.values()) for (const { load } of each) last = Math.max(last, load);
    return last + 1;
  }
}

/** Whether the networks repeat too badly, and more rounds may be taken. */
function isUnsteady(
  block: BlockSamples,
  cases: readonly NetworkCase[],
  whole: number,
  steady: BlockOptions['steady'],
): boolean {
  if (steady === undefined || whole >= steady.maxRounds) return false;
  const samples = cases.map(({ id }) => block.of(id).slice(0, whole));
  const { repeatability } = summarizeRounds(
    samples.map((each) => each.map(({ latencyUs }) => latencyUs)),
    samples.map((each) => each.map(({ load }) => load)),
  );
  return repeatability !== null && repeatability > steady.repeatability;
}

/** This load's share of the rounds and of the time that are left. */
function sharedPolicy(policy: RoundPolicy, whole: number, loads: number, loadsLeft: number): RoundPolicy {
  const { minRounds, maxRounds, deadlineMs, targetError } = policy;
  const now = Date.now();
  const least = whole + Math.max(0, Math.ceil((minRounds - whole) / loadsLeft));
  return {
    minRounds: least,
    maxRounds: Math.max(least, whole + Math.floor((maxRounds - whole) / loadsLeft)),
    deadlineMs: now + Math.max(0, deadlineMs - now) / loadsLeft,
    // Errors of loads that are independent average out.
    ...(targetError === undefined ? {} : { targetError: targetError * Math.sqrt(loads) }),
    // Alone, its even and its odd rounds are the two passes.
    even: loads === 1,
  };
}

/**
 * Measures networks together over several loads. What a load's process leaves when it dies counts, and a new load goes
 * on in the middle of its round; a case on which processes die three times in a row is left out.
 * @returns the measurements of all other cases
 * @throws Error if processes die three times before they have a network to blame
 */
export async function measureBlock(
  measurer: Measurer,
  allCases: readonly NetworkCase[],
  options: BlockOptions,
): Promise<BlockMeasurement> {
  const { batch, seed, sentinel, earlier, steady } = options;
  let { loads, policy } = options;
  let cases = allCases;
  const block = new BlockSamples(
    cases.map(({ id }) => id),
    earlier?.samples ?? [],
  );
  const kernels = new Map([...(earlier?.kernels ?? [])].map(([id, each]) => [id, [...each]]));
  const sentinels: SentinelSample[] = [];
  const deaths = new Deaths();
  const leaveOut = (id: string, reason: string) => {
    cases = cases.filter((each) => each.id !== id);
    block.leaveOut(id);
    options.onFailure?.({ id, reason });
  };
  /** Loads that stopped because their policy said so; and whether the last one did. */
  const ended = new Set<number>();
  let last = false;
  const isProfiled = cases.some(({ profiled }) => profiled);
  while (cases.length > 0) {
    const { whole } = block;
    // Perhaps by a process that was killed before it could say so: a load more would take a round too many.
    if (!isProfiled && whole >= policy.maxRounds && !isUnsteady(block, cases, whole, steady)) break;
    const loaded = block.loadsOf(Math.ceil(policy.minRounds / loads), ended);
    const enough = loaded >= loads && whole >= policy.minRounds;
    if (enough && isUnsteady(block, cases, whole, steady)) {
      // As many rounds and loads again.
      loads += options.loads;
      const minRounds = whole + options.policy.minRounds;
      policy = { ...policy, minRounds, maxRounds: Math.max(minRounds, policy.maxRounds) };
      continue;
    }
    if (last && enough) break;
    const load = block.nextLoad;
    const index = Math.min(loaded, loads - 1);
    deaths.begin();
    try {
      const result = await measurer.measureLoad(
        {
          cases,
          batch,
          seed,
          sentinel,
          done: block.done,
          policy: sharedPolicy(policy, whole, loads, Math.max(1, loads - loaded)),
        },
        {
          onStage(stage) {
            deaths.reached(stage);
            options.onStage?.(stage, { index, of: loads });
          },
          onSample(sample) {
            block.add({ ...sample, load });
            options.onSample?.({ ...sample, load });
          },
        },
      );
      last = true;
      ended.add(load);
      sentinels.push(...result.sentinels);
      for (const [id, figures] of result.kernels)
        if (figures.length > 0) kernels.set(id, [...(kernels.get(id) ?? []), figures]);
      options.onKernels?.(load, result.kernels);
      for (const [id, reason] of result.failures) leaveOut(id, reason);
    } catch (error) {
      if (!(error instanceof LoadDeath)) throw error;
      last = false;
      if (!deaths.died()) continue;
      const id = error.stage?.id ?? null;
      if (id === null) throw error;
      leaveOut(id, error.message);
    }
  }
  if (cases.length === 0) return { networks: [], repeatability: null, drift: 0, sentinelUs: Number.NaN };
  if (sentinels.length === 0) {
    // All rounds are those of killed processes, whose sentinels went with them.
    const trials = await measurer.trial([sentinel, sentinel, sentinel], batch);
    // Of no round: taken after them all.
    sentinels.push(...trials.map(({ runSeconds }) => ({ round: -1, latencyUs: runSeconds * 1e6 })));
  }
  return summarizeNetworks(
    cases,
    cases.map(({ id }) => ({ samples: block.of(id), kernels: kernels.get(id) ?? [] })),
    sentinels,
    { rules: measurer.rules, batch },
  );
}
