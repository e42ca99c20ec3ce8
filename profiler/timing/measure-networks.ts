// What several loads of networks measured together say of each, and of its kernels.
import { mean, median } from 'simple-statistics';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import type { Network } from '../../network/network.ts';
import { type Pacing, pacedUs } from '../../records/pacing.ts';
import { robustSpread } from '../../records/robust-statistics.ts';
import type { Engine } from '../engines/engine.ts';
import { choosePacing } from './choose-pacing.ts';
import type { DisturbanceWatch } from './disturbance.ts';
import { type KernelFigures, measureLoad, type NetworkCase } from './measure-load.ts';
import { type CaseStatistics, summarizeRounds } from './round-statistics.ts';
import type { RoundSample, SentinelSample } from './rounds.ts';
import { middleRun, type TypicalRun } from './typical-run.ts';

/** A time of a kernel: the median over loads of the median over a load's rounds. */
type KernelTime = Pick<CaseStatistics, 'latencyUs' | 'spread' | 'minUs' | 'rounds'>;

export interface KernelMeasurement extends KernelTime {
  readonly kernel: Kernel;
}

/** A kernel that the lowering does not foresee, by the engine's own words. */
export interface UnforeseenMeasurement extends KernelTime {
  readonly name: string;
  readonly op: string;
}

/** Kernels of a network, recorded in situ. */
export interface RecordedKernels {
  /** Those of the lowering that ran, in its order. */
  readonly kernels: readonly KernelMeasurement[];
  /** What ran otherwise than the lowering has it, in the order in which it ran. */
  readonly unforeseen: readonly UnforeseenMeasurement[];
  /** One recorded run as it was; null where none is kept. */
  readonly typicalRun?: TypicalRun | null;
}

export interface NetworkMeasurement extends CaseStatistics, RecordedKernels {
  readonly id: string;
  /** Median over rounds of the runs that came after other networks. */
  readonly coldUs: number;
  /** Samples that others disturbed; each was taken again. */
  readonly disturbed: number;
}

export interface BlockMeasurement {
  readonly networks: readonly NetworkMeasurement[];
  readonly repeatability: number | null;
  readonly drift: number;
  /** Median time of the sentinel, to compare blocks with each other; null where nothing was measured. */
  readonly sentinelUs: number | null;
  /** How times were brought to one speed; null without a pacer. */
  readonly pacing: Pacing | null;
}

/** A sample and the load in which it was taken. */
export interface LoadSample extends RoundSample {
  readonly load: number;
}

/** The kernels of one case that one load recorded. */
export interface LoadKernels {
  readonly load: number;
  readonly figures: readonly KernelFigures[];
  /** Not of earlier processes. */
  readonly typical?: TypicalRun | undefined;
}

/** What was measured of one case. */
export interface CaseSamples {
  /** Round by round. */
  readonly samples: readonly LoadSample[];
  /** Of each load that recorded any. */
  readonly kernels: readonly LoadKernels[];
}

/** How times of a load are brought to one speed: what the pacer tells, and what its rounds have in common beyond that. */
interface Speed {
  readonly pacing: Pacing | null;
  readonly loadFactors: ReadonlyMap<number, number>;
}

/** Figures of one kernel in several loads, with the factor of each load. */
interface Occurrence {
  readonly figures: KernelFigures;
  readonly factor: number;
}

/** Over loads. The spread is that within a load and that between loads, which are independent. */
function mergedTime(found: readonly Occurrence[], pacing: Pacing | null): KernelTime {
  const latencies = found.map(({ figures, factor }) => pacedUs(figures, pacing) / factor);
  return {
    latencyUs: median(latencies),
    spread: Math.hypot(mean(found.map(({ figures }) => figures.spread)), robustSpread(latencies)),
    minUs: Math.min(...found.map(({ figures }) => figures.minUs)),
    rounds: found.reduce((sum, { figures }) => sum + figures.rounds, 0),
  };
}

/** The n-th figures of each name and op in every load, together. */
function byKernel(
  loads: readonly LoadKernels[],
  loadFactors: ReadonlyMap<number, number>,
  isWanted: (figures: KernelFigures) => boolean,
): Map<string, Occurrence[]> {
  const result = new Map<string, Occurrence[]>();
  for (const { load, figures } of loads) {
    const seen = new Map<string, number>();
    const factor = loadFactors.get(load) ?? 1;
    for (const each of figures.filter(isWanted)) {
      const name = `${each.op} ${each.kernel}`;
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      const key = `${count} ${name}`;
      result.set(key, [...(result.get(key) ?? []), { figures: each, factor }]);
    }
  }
  return result;
}

function mergedKernels(
  network: Network,
  loads: readonly LoadKernels[],
  { rules, batch }: { rules: LoweringRules; batch: number },
  { pacing, loadFactors }: Speed,
): RecordedKernels {
  if (loads.length === 0) return { kernels: [], unforeseen: [] };
  const foreseen = byKernel(loads, loadFactors, ({ isUnforeseen }) => !isUnforeseen);
  const seen = new Map<string, number>();
  const next = (name: string): Occurrence[] | undefined => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return foreseen.get(`${count} ${name}`);
  };
  const kernels = new Lowering(network, rules, batch).kernels().flatMap((kernel): KernelMeasurement[] => {
    // Files of earlier versions have no ops.
    const found = next(`${kernel.op} ${kernel.name}`) ?? next(` ${kernel.name}`);
    return found === undefined ? [] : [{ kernel, ...mergedTime(found, pacing) }];
  });
  const others = byKernel(loads, loadFactors, ({ isUnforeseen }) => isUnforeseen);
  const unforeseen = [...others.values()].map((found): UnforeseenMeasurement => {
    const { kernel: name, op } = (found[0] as Occurrence).figures;
    return { name, op, ...mergedTime(found, pacing) };
  });
  return { kernels, unforeseen, typicalRun: middleRun(loads.flatMap(({ typical }) => typical ?? [])) };
}

/** What the rounds of each load have in common: the median of their factors. */
function loadFactorsOf(
  measured: readonly CaseSamples[],
  roundFactors: readonly number[],
): Map<number, number> {
  const loads = new Map<number, Set<number>>();
  for (const { samples } of measured)
    for (const { load, round } of samples) loads.set(load, (loads.get(load) ?? new Set()).add(round));
  return new Map(
    [...loads].map(([load, rounds]) => [
      load,
      median([...rounds].map((round) => roundFactors[round] as number)),
    ]),
  );
}

/**
 * What the samples of networks say that were measured together: brought to one speed by the pacer, then summarized.
 * @param sentinels null where they are not known any more
 */
export function summarizeNetworks(
  cases: readonly NetworkCase[],
  measured: readonly CaseSamples[],
  sentinels: readonly SentinelSample[] | null,
  lowering: { rules: LoweringRules; batch: number },
): BlockMeasurement {
  const pacing = choosePacing(measured.map(({ samples }) => samples));
  const statistics = summarizeRounds(
    measured.map(({ samples }) => samples.map((sample) => pacedUs(sample, pacing))),
    measured.map(({ samples }) => samples.map(({ load }) => load)),
    measured.map(({ samples }) => samples.map(({ round }) => round)),
  );
  const { repeatability, drift, roundFactors } = statistics;
  const speed = { pacing, loadFactors: loadFactorsOf(measured, roundFactors) };
  const networks = cases.map(({ id, network }, index): NetworkMeasurement => {
    const { samples, kernels } = measured[index] as CaseSamples;
    return {
      id,
      ...(statistics.cases[index] as CaseStatistics),
      ...mergedKernels(network, kernels, lowering, speed),
      coldUs: median(samples.map(({ coldUs }) => coldUs)),
      disturbed: samples.reduce((sum, { attempts, disturbed }) => sum + attempts - (disturbed ? 0 : 1), 0),
    };
  });
  // As the networks' are: in the typical round, though a resumed block has sentinels of its last rounds alone.
  const sentinelUs =
    sentinels === null
      ? null
      : median(sentinels.map((sentinel) => pacedUs(sentinel, pacing) / (roundFactors[sentinel.round] ?? 1)));
  return { networks, repeatability, drift, sentinelUs, pacing };
}

export interface MeasureOptions {
  readonly batch: number;
  readonly seed: number;
  /** Re-timed all along the session: a network like those measured, so that it drifts as they do. */
  readonly sentinel: Network;
  /** Rounds to take: asked before each with the number done and the seconds spent in rounds so far. */
  readonly another: (roundsDone: number, seconds: number) => boolean;
  readonly onSample?: (sample: RoundSample) => void;
  /** Replaced in tests. */
  readonly watch?: DisturbanceWatch;
}

/**
 * Measures networks loaded together once, in shuffled rounds with a sentinel: whole-network latency of each, and the
 * kernels of those that ask for it, in situ. `measure-block.ts` does so over several loads.
 */
export async function measureNetworks(
  engine: Engine,
  cases: readonly NetworkCase[],
  options: MeasureOptions,
): Promise<BlockMeasurement> {
  const samples = new Map<string, LoadSample[]>(cases.map(({ id }) => [id, []]));
  const { batch, seed, sentinel, watch } = options;
  const result = await measureLoad(
    engine,
    { cases, batch, seed, sentinel, done: new Map() },
    {
      another: ({ done, seconds }) => options.another(done, seconds),
      onSample(sample) {
        samples.get(sample.id)?.push({ ...sample, load: 0 });
        options.onSample?.(sample);
      },
      ...(watch === undefined ? {} : { watch }),
    },
  );
  for (const [id, reason] of result.failures) throw new Error(`${id}: ${reason}`);
  const measured = cases.map(({ id }): CaseSamples => {
    const kernels = result.kernels.get(id);
    return {
      samples: samples.get(id) ?? [],
      kernels: kernels === undefined ? [] : [{ load: 0, figures: kernels, typical: result.typical?.get(id) }],
    };
  });
  return summarizeNetworks(cases, measured, result.sentinels, { rules: engine.rules, batch });
}
