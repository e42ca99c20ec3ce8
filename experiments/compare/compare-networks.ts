// Two networks measured against each other, load by load, until their ratio is known or the time is spent.
import { median } from 'simple-statistics';
import type { Network } from '../../network/network.ts';
import { shuffled } from '../../network/shuffle.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import { COMPARISON_SCHEMA, type ComparisonResult } from '../../records/comparison.ts';
import { engineChoice } from '../../records/engine-description.ts';
import type { Pacing } from '../../records/pacing.ts';
import type { ProgressListener } from '../progress.ts';
import { LEAST_LOADS, loadRatios, type SideSample } from './load-ratios.ts';
import { loadsToDecide, type Ratio, ratioOf } from './ratio.ts';
import { runTimes } from './run-times.ts';
import { measureStarts, type StartFigures } from './starts.ts';

/** A network to be compared, by the name that results tell it by. */
export interface Contestant {
  readonly name: string;
  readonly network: Network;
  /** The file that it was read of, to be timed as it is rather than as the network deployed. */
  readonly file?: string;
}

/** What is compared, with what, how precisely, for how long. */
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
  /** Whether loading, the first inference and memory are measured too, in processes of their own. */
  readonly starts?: boolean;
  readonly onProgress?: ProgressListener;
}

/** Rounds of a load: at the least, and about as much time as loading took. */
const LEAST_ROUNDS = 5;
const MOST_ROUNDS = 40;

interface Taken extends SideSample {
  readonly coldUs: number;
  readonly runsUs?: readonly number[];
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

/** Rounds that take about as long as the rest of a load: then neither outweighs the other. */
function roundsFor(loadMs: number, roundMs: number): number {
  return Math.max(LEAST_ROUNDS, Math.min(MOST_ROUNDS, Math.round(loadMs / Math.max(roundMs, 1e-3))));
}

/** What is known after some loads. */
interface Known {
  readonly ratio: Ratio;
  readonly logRatios: readonly number[];
  readonly latencyUs: (id: string) => number;
  readonly seconds: number;
}

function sideOf(
  id: 'a' | 'b',
  name: string,
  samples: readonly Taken[],
  latencyUs: number,
  start: StartFigures | null,
): ComparisonResult['a'] {
  const own = samples.filter((sample) => sample.id === id);
  const times = runTimes(own.map(({ runsUs }) => runsUs ?? []));
  return {
    name,
    latency_us: latencyUs,
    first_us: start?.firstRunUs ?? median(own.filter(({ round }) => round === 0).map(({ coldUs }) => coldUs)),
    p50_us: times?.p50_us ?? null,
    p90_us: times?.p90_us ?? null,
    p99_us: times?.p99_us ?? null,
    jitter: times?.jitter ?? null,
    runs: times?.runs ?? 0,
    load_us: start?.loadUs ?? null,
    peak_memory_bytes: start?.peakMemoryBytes ?? null,
    memory_of: start?.peakMemoryBytes === null ? null : (start?.memoryOf ?? null),
  };
}

/** Of an inconclusive comparison, how long it would take in all. */
function decidedInSeconds({ ratio, logRatios, seconds }: Known, precision: number): number | null {
  if (ratio.verdict !== 'inconclusive') return null;
  const loads = loadsToDecide(logRatios, precision);
  return loads === null ? null : (loads * seconds) / logRatios.length;
}

function resultOf(
  { measurer, a, b, batch, seed, precision }: CompareOptions,
  samples: readonly Taken[],
  known: Known,
  starts: readonly (StartFigures | null)[],
): ComparisonResult {
  const { description } = measurer;
  const { ratio, latencyUs } = known;
  const finite = (value: number) => (Number.isFinite(value) && value > 0 ? value : null);
  return {
    schema: COMPARISON_SCHEMA,
    a: sideOf('a', a.name, samples, latencyUs('a'), starts[0] ?? null),
    b: sideOf('b', b.name, samples, latencyUs('b'), starts[1] ?? null),
    ratio: ratio.ratio,
    low: finite(ratio.low),
    high: finite(ratio.high),
    p_b_faster: ratio.pBFaster,
    conclusive: ratio.verdict !== 'inconclusive',
    verdict: ratio.verdict,
    precision,
    decided_in_s: decidedInSeconds(known, precision),
    loads: known.logRatios.length,
    rounds: samples.length / 2,
    seconds: known.seconds,
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
 * nothing in error rates: `ratioOf`.
 */
export async function compareNetworks(options: CompareOptions): Promise<ComparisonResult> {
  const { precision, budgetSeconds, onProgress } = options;
  const startMs = Date.now();
  const starts =
    options.starts === true ? await measureStarts(options.measurer, [options.a, options.b], options) : [];
  const samples: Taken[] = [];
  let rounds = LEAST_ROUNDS;
  let held: Pacing | null | undefined;
  for (let load = 0; ; load++) {
    const loadStartMs = Date.now();
    const taken = await measureOnce(options, load, rounds);
    samples.push(...taken);
    const nowMs = Date.now();
    const roundMs = taken.reduce((sum, { latencyUs }) => sum + latencyUs, 0) / 1e3 / rounds;
    // A sample is a cold run and several hot ones, with the pacer between them.
    rounds = roundsFor(nowMs - loadStartMs - rounds * RUNS_PER_SAMPLE * roundMs, RUNS_PER_SAMPLE * roundMs);
    const { loads, latencyUs, pacing } = loadRatios(samples, held);
    if (load + 1 === LEAST_LOADS) held = pacing;
    const ratio = ratioOf(loads, precision);
    const seconds = (nowMs - startMs) / 1e3;
    onProgress?.({
      fraction: Math.min(0.99, seconds / budgetSeconds),
      text: `${load + 1} loads: ${ratio.ratio.toFixed(3)} ± ${Number.isFinite(ratio.precision) ? ratio.precision.toFixed(3) : '?'}`,
    });
    const isLate = seconds + (nowMs - loadStartMs) / 1e3 > budgetSeconds;
    const isPrecise = ratio.precision <= precision && ratio.verdict !== 'inconclusive';
    const isKnown = load + 1 >= LEAST_LOADS && (options.isEnough?.(ratio) ?? isPrecise);
    if (isKnown || (isLate && load > 0))
      return resultOf(options, samples, { ratio, logRatios: loads, latencyUs, seconds }, starts);
  }
}

/** A cold run, and as many hot ones as a sample has at the least. */
const RUNS_PER_SAMPLE = 4;
