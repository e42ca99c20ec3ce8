// Two networks measured against each other, load by load, until their ratio is known or the time is spent.
import { median } from 'simple-statistics';
import type { Network } from '../../network/network.ts';
import { shuffled } from '../../network/shuffle.ts';
import { choosePacing, type PacedSample } from '../../profiler/timing/choose-pacing.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import { COMPARISON_SCHEMA, type ComparisonResult } from '../../records/comparison.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { groupBy } from '../../records/group-by.ts';
import { pacedUs } from '../../records/pacing.ts';
import type { ProgressListener } from '../progress.ts';
import { logRatio, type Ratio, ratioOf } from './ratio.ts';

export interface Contestant {
  readonly name: string;
  readonly network: Network;
  /** The file that it was read of, to be timed as it is rather than as the network deployed. */
  readonly file?: string;
}

export interface CompareOptions {
  readonly measurer: Measurer;
  readonly a: Contestant;
  readonly b: Contestant;
  readonly batch: number;
  readonly seed: number;
  /** The interval's half width to reach, as a fraction. */
  readonly precision: number;
  readonly budgetSeconds: number;
  /** When to end, in place of the precision: looking at every load costs nothing in error rates. */
  readonly isEnough?: (known: Ratio) => boolean;
  readonly onProgress?: ProgressListener;
}

/** Loads before anything is said: by fewer nothing can be told apart at these error rates. */
const LEAST_LOADS = 6;
/** Rounds of a load: at the least, and about as much time as loading took. */
const LEAST_ROUNDS = 5;
const MOST_ROUNDS = 40;

interface Taken extends PacedSample {
  readonly id: string;
  readonly coldUs: number;
}

/** One load's samples, in a fresh process; which network comes to lie where in memory is drawn anew. */
async function measureOnce(
  { measurer, a, b, batch, seed }: CompareOptions,
  load: number,
  rounds: number,
): Promise<Taken[]> {
  const timed = (id: string, { network, file }: Contestant) => ({
    id,
    network,
    profiled: false,
    ...(file === undefined ? {} : { file }),
  });
  const cases = [timed('a', a), timed('b', b)];
  const [first = 0] = shuffled(cases.length, seed, load);
  const samples: Taken[] = [];
  await measurer.measureLoad(
    {
      cases: first === 0 ? cases : [...cases].reverse(),
      batch,
      seed: seed + load,
      sentinel: pacerNetwork(),
      pacer: pacerNetwork(),
      done: new Map(),
      policy: { minRounds: rounds, maxRounds: rounds, deadlineMs: 0 },
    },
    { onSample: (sample) => samples.push({ ...sample, load }) },
  );
  return samples;
}

/** Log ratios of each load, all times brought to one speed. */
function logRatios(samples: readonly Taken[]): { loads: number[]; latencyUs: (id: string) => number } {
  const sides = ['a', 'b'].map((id) => samples.filter((sample) => sample.id === id));
  const pacing = choosePacing(sides);
  const byLoad = (id: string) =>
    [
      ...groupBy(
        samples.filter((sample) => sample.id === id),
        ({ load }) => load,
      ).values(),
    ].map((list) => list.map((sample) => pacedUs(sample, pacing)));
  const [a, b] = [byLoad('a'), byLoad('b')];
  return {
    loads: a.map((own, load) => logRatio({ a: own, b: b[load] ?? [] })),
    latencyUs: (id) => median((id === 'a' ? a : b).map((list) => median(list))),
  };
}

/** Rounds that take about as long as the rest of a load: then neither outweighs the other. */
function roundsFor(loadMs: number, roundMs: number): number {
  return Math.max(LEAST_ROUNDS, Math.min(MOST_ROUNDS, Math.round(loadMs / Math.max(roundMs, 1e-3))));
}

function resultOf(
  { measurer, a, b, batch, seed, precision }: CompareOptions,
  samples: readonly Taken[],
  known: Ratio,
  latencyUs: (id: string) => number,
  seconds: number,
): ComparisonResult {
  const { description } = measurer;
  const loads = new Set(samples.map(({ load }) => load)).size;
  const firstUs = (id: string) =>
    median(samples.filter((sample) => sample.id === id && sample.round === 0).map(({ coldUs }) => coldUs));
  const side = (id: 'a' | 'b', { name }: Contestant) => ({
    name,
    latency_us: latencyUs(id),
    first_us: firstUs(id),
  });
  const finite = (value: number) => (Number.isFinite(value) && value > 0 ? value : null);
  return {
    schema: COMPARISON_SCHEMA,
    a: side('a', a),
    b: side('b', b),
    ratio: known.ratio,
    low: finite(known.low),
    high: finite(known.high),
    p_b_faster: known.pBFaster,
    conclusive: known.verdict !== 'inconclusive',
    verdict: known.verdict,
    precision,
    loads,
    rounds: samples.length / 2,
    seconds,
    engine: engineChoice(description),
    adapter: description.adapter,
    threads: description.threads,
    batch,
    seed,
  };
}

/**
 * Measures two networks together in load after load, each in a fresh process and in rounds of one run of each after the
 * other, until the ratio of their times is known to the precision, or the budget is spent. Looking at every load costs
 * nothing in error rates: {@link ratioOf}.
 */
export async function compareNetworks(options: CompareOptions): Promise<ComparisonResult> {
  const { precision, budgetSeconds, onProgress } = options;
  const startMs = Date.now();
  const samples: Taken[] = [];
  let rounds = LEAST_ROUNDS;
  for (let load = 0; ; load++) {
    const loadStartMs = Date.now();
    const taken = await measureOnce(options, load, rounds);
    samples.push(...taken);
    const nowMs = Date.now();
    const roundMs = taken.reduce((sum, { latencyUs }) => sum + latencyUs, 0) / 1e3 / rounds;
    // A sample is a cold run and several hot ones, with the pacer between them.
    rounds = roundsFor(nowMs - loadStartMs - rounds * RUNS_PER_SAMPLE * roundMs, RUNS_PER_SAMPLE * roundMs);
    const { loads, latencyUs } = logRatios(samples);
    const known = ratioOf(loads, precision);
    const seconds = (nowMs - startMs) / 1e3;
    onProgress?.({
      fraction: Math.min(0.99, seconds / budgetSeconds),
      text: `${load + 1} loads: ${known.ratio.toFixed(3)} ± ${Number.isFinite(known.precision) ? known.precision.toFixed(3) : '?'}`,
    });
    const isLate = seconds + (nowMs - loadStartMs) / 1e3 > budgetSeconds;
    const isPrecise = known.precision <= precision && known.verdict !== 'inconclusive';
    const isKnown = load + 1 >= LEAST_LOADS && (options.isEnough?.(known) ?? isPrecise);
    if (isKnown || (isLate && load > 0)) return resultOf(options, samples, known, latencyUs, seconds);
  }
}

/** A cold run, and as many hot ones as a sample has at the least. */
const RUNS_PER_SAMPLE = 4;
