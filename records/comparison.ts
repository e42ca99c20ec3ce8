// What `compare --json` gives: two networks measured against each other.
import { z } from 'zod';

export const COMPARISON_SCHEMA = 'morphline/comparison@1';

export const compareVerdict = z.enum(['b-faster', 'b-slower', 'same', 'inconclusive']);
export type CompareVerdict = z.infer<typeof compareVerdict>;

const side = z.object({
  name: z.string(),
  /** Median over loads of the median over rounds, in µs at the session's reference speed. */
  latency_us: z.number(),
  /** The first inference of a load, in µs: median over loads. */
  first_us: z.number(),
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
  loads: z.number(),
  rounds: z.number(),
  seconds: z.number(),
  engine: z.string(),
  adapter: z.string(),
  threads: z.number(),
  batch: z.number(),
  seed: z.number(),
});
export type ComparisonResult = z.infer<typeof comparison>;
