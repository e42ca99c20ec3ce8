// What `compare --json` gives: two networks measured against each other.
import { z } from 'zod';

export const COMPARISON_SCHEMA = 'morphline/comparison@1';
/** Where `--out` keeps it. */
export const COMPARISON_FILE = 'comparison.json';

export const compareVerdict = z.enum(['b-faster', 'b-slower', 'same', 'inconclusive']);
export type CompareVerdict = z.infer<typeof compareVerdict>;

/** What stands between B and A in a sentence. */
export const VERDICT_WORDS: Readonly<Record<CompareVerdict, string>> = {
  'b-faster': 'is faster than',
  'b-slower': 'is slower than',
  same: 'is as fast as',
  inconclusive: 'is not told apart from',
};

const side = z.object({
  name: z.string(),
  /** Median over loads of the median over rounds, in µs at the session's reference speed. */
  latency_us: z.number(),
  /** The first inference after loading, in µs: of starts in processes of their own, else the first of a measured load. */
  first_us: z.number(),
  /** Of single hot inferences as timed, in µs; null where none were told. */
  p50_us: z.number().nullable(),
  p90_us: z.number().nullable(),
  p99_us: z.number().nullable(),
  /** Mean difference of an inference to the one before it, as a share of the median. */
  jitter: z.number().nullable(),
  runs: z.number().int(),
  /** Loading it into the engine, in µs; null where starts were not measured. */
  load_us: z.number().nullable(),
  /** What loading and running added at most; null where the system does not tell. */
  peak_memory_bytes: z.number().nullable(),
  /** Which memory that is: the process's resident set. */
  memory_of: z.enum(['resident-set']).nullable(),
});

export const comparison = z.object({
  schema: z.literal(COMPARISON_SCHEMA),
  a: side,
  b: side,
  /** Time of b over time of a. */
  ratio: z.number(),
  /** 95 % interval, which holds however often one looked; null where too few loads tell anything. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  p_b_faster: z.number(),
  /** Whether a difference was found (at most 1 % of comparisons of equals find one) or excluded. */
  conclusive: z.boolean(),
  verdict: compareVerdict,
  /** What was asked: ratios nearer to 1 than this are no difference that matters. */
  precision: z.number(),
  /** Of an inconclusive comparison: how long it would take in all, if the ratio is what it seems; null if nobody knows. */
  decided_in_s: z.number().nullable(),
  loads: z.number(),
  rounds: z.number(),
  seconds: z.number(),
  engine: z.string(),
  adapter: z.string(),
  threads: z.number(),
  batch: z.number(),
  seed: z.number(),
});
/** Two networks measured against each other, as `compare --json` prints it. */
export type ComparisonResult = z.infer<typeof comparison>;
