// What the documents of other viewers say of their files, as schemas.
import { z } from 'zod';

const id = z.number().int().nonnegative();
const time = z.number().finite().nonnegative();

/** "Trace Event Format", JSON object format: complete events and metadata events, strictly. */
export const traceFile = z.strictObject({
  displayTimeUnit: z.enum(['ms', 'ns']),
  otherData: z.record(z.string(), z.union([z.string(), z.number()])),
  traceEvents: z.array(
    z.discriminatedUnion('ph', [
      z.strictObject({
        ph: z.literal('X'),
        name: z.string().min(1),
        cat: z.string(),
        ts: time,
        dur: time,
        pid: id,
        tid: id,
        args: z.record(z.string(), z.unknown()),
      }),
      z.strictObject({
        ph: z.literal('M'),
        name: z.enum([
          'process_name',
          'process_labels',
          'process_sort_index',
          'thread_name',
          'thread_sort_index',
        ]),
        pid: id,
        tid: id,
        args: z.union([
          z.strictObject({ name: z.string().min(1) }),
          z.strictObject({ sort_index: z.number().int() }),
        ]),
      }),
    ]),
  ),
});
export type TraceFile = z.infer<typeof traceFile>;

const hexColour = z.string().regex(/^#[0-9a-f]{6}$/);

/** GraphNodeData of Model Explorer's node_data_builder.py: a gradient has stops at 0 and 1, in hex colours. */
export const nodeDataFile = z.strictObject({
  results: z.record(
    z.string(),
    z.strictObject({ value: z.number(), bgColor: z.string().optional(), textColor: z.string().optional() }),
  ),
  thresholds: z
    .array(z.strictObject({ value: z.number(), bgColor: z.string(), textColor: z.string().optional() }))
    .optional(),
  gradient: z
    .array(
      z.strictObject({
        stop: z.number().min(0).max(1),
        bgColor: hexColour.optional(),
        textColor: hexColour.optional(),
      }),
    )
    .refine((stops) => [0, 1].every((end) => stops.some(({ stop }) => stop === end)), 'stops at 0 and 1'),
});
