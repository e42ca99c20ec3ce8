// What `explain --json` gives: where the difference between two networks' times comes from, as a waterfall.
import { z } from 'zod';

export const EXPLANATION_SCHEMA = 'morphline/explanation@1';
/** Where `--out` keeps it. */
export const EXPLANATION_FILE = 'explanation.json';

/**
 * - `flops`: time in proportion to the FLOPs; `bytes`: to the bytes, of kernels that compute nothing
 * - `layout`: another data layout (NCHW ↔ NCHWc); `kernel`: another program, filter or stride
 * - `reorder`: kernels that only change a layout, there or gone
 * - `remainder`: channel counts beside whole blocks
 * - `memory`, `overhead`: what did not change with the FLOPs (or bytes): traffic, and time per kernel
 * - `norm`, `activation`: norms that are not folded and activations that nothing fuses
 * - `fusion`: other kernels of layers that both have
 * - `layers`: layers that only one of them has
 * - `unexplained`: the rest
 */
export const CAUSES = [
  'flops',
  'bytes',
  'layout',
  'kernel',
  'reorder',
  'remainder',
  'memory',
  'overhead',
  'norm',
  'activation',
  'fusion',
  'layers',
  'unexplained',
] as const;
export const cause = z.enum(CAUSES);
export type Cause = z.infer<typeof cause>;

const side = z.object({
  name: z.string(),
  latency_us: z.number(),
  /** Of latency_us, as a fraction; null for a prediction. */
  standard_error: z.number().nullable(),
  flops: z.number(),
  kernels: z.number().int(),
});

/** A width to change, and what that is predicted to do. */
const widthChange = z.object({
  /** The first of the layers that make these channels. */
  layer: z.string(),
  /** All of them: they live and die together. */
  layers: z.array(z.string()),
  width: z.number().int(),
  to: z.number().int(),
  /** Time that goes: of B's latency with this change alone. */
  gain_us: z.number(),
});
export type WidthChange = z.infer<typeof widthChange>;

const layerCause = z.object({
  cause,
  delta_us: z.number(),
  /** What changed, in words. */
  detail: z.string(),
});
export type LayerCause = z.infer<typeof layerCause>;

const layerChange = z.object({
  /** B's name of it, A's where B lacks it. */
  layer: z.string(),
  a_layer: z.string().nullable(),
  b_layer: z.string().nullable(),
  /** How the two were found to be the same layer; null where one lacks it. */
  matched_by: z.enum(['name', 'structure']).nullable(),
  a_us: z.number(),
  b_us: z.number(),
  delta_us: z.number(),
  causes: z.array(layerCause),
  /** The nearest width at which B's network is predicted to be faster, where remainders or layouts cost it time. */
  next_cheap_width: widthChange.nullable(),
});
export type LayerChange = z.infer<typeof layerChange>;

/** Bars in the order in which they are drawn: A, a bar for each cause from where the one before it ended, B. */
const bar = z.object({
  kind: z.enum(['total', 'cause']),
  /** Null of the two totals. */
  cause: cause.nullable(),
  from_us: z.number(),
  to_us: z.number(),
  delta_us: z.number(),
  /** Layers that have this cause. */
  layers: z.number().int(),
});
export type WaterfallBar = z.infer<typeof bar>;

export const explanation = z.object({
  schema: z.literal(EXPLANATION_SCHEMA),
  basis: z.enum(['predicted', 'measured']),
  device: z.string(),
  batch: z.number().int(),
  a: side,
  b: side,
  /** Time of b less that of a: the sum of the causes. */
  difference_us: z.number(),
  /** Time of b over time of a. */
  ratio: z.number(),
  waterfall: z.array(bar),
  /** From the largest change to the smallest. */
  layers: z.array(layerChange),
  /** Sizes of what no cause was found for, layer by layer, over the latency of the slower network. */
  unexplained_share: z.number(),
  /** Kernel classes that the device profile never saw: told from its roofline. */
  unseen_classes: z.array(z.string()),
  /** B's width changes that gain most for the channels that they take, each alone; of a predicted gain. */
  advice: z.array(widthChange),
  /** What they gain together. */
  advice_gain_us: z.number(),
});
/** Why one network takes longer than another, as `explain --json` prints it. */
export type Explanation = z.infer<typeof explanation>;
