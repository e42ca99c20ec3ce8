import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** One kernel execution of ONNX Runtime's profile, times in whole µs. */
export interface KernelEvent {
  readonly node: string;
  readonly op: string;
  readonly durationUs: number;
  /** Shape of the first output; NCHW, channels padded to blocks in the blocked layout. */
  readonly outputShape: readonly number[];
}

const shapeList = z.array(z.record(z.string(), z.array(z.number())));
const eventSchema = z.object({
  cat: z.string(),
  name: z.string(),
  dur: z.number(),
  ts: z.number(),
  args: z
    .object({ op_name: z.string().optional(), output_type_shape: shapeList.optional() })
    .loose()
    .optional(),
});

const KERNEL_SUFFIX = '_kernel_time';

/**
 * Kernel events of each run in a profile that `endProfiling()` wrote, in execution order. It does not say where it
 * wrote, so the file is found by its prefix; it is deleted.
 */
export async function takeProfile(directory: string, prefix: string): Promise<KernelEvent[][]> {
  const name = (await readdir(directory)).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new Error(`ONNX Runtime left no profile ${prefix}* in ${directory}`);
  const path = join(directory, name);
  const events = z.array(z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  await rm(path);
  const kernels: { atUs: number; event: KernelEvent }[] = [];
  const runs: { fromUs: number; toUs: number }[] = [];
  for (const raw of events) {
    const parsed = eventSchema.safeParse(raw);
    if (!parsed.success) continue;
    const { cat, name: label, dur, ts, args } = parsed.data;
    if (cat === 'Session' && label === 'model_run') runs.push({ fromUs: ts, toUs: ts + dur });
    if (cat !== 'Node' || !label.endsWith(KERNEL_SUFFIX)) continue;
    const outputShape = Object.values(args?.output_type_shape?.[0] ?? {})[0] ?? [];
    const node = label.slice(0, -KERNEL_SUFFIX.length);
    kernels.push({ atUs: ts, event: { node, op: args?.op_name ?? '', durationUs: dur, outputShape } });
  }
  runs.sort((a, b) => a.fromUs - b.fromUs);
  kernels.sort((a, b) => a.atUs - b.atUs);
  let at = 0;
  return runs.map(({ toUs }) => {
    const from = at;
    while (at < kernels.length && (kernels[at]?.atUs ?? 0) <= toUs) at++;
    return kernels.slice(from, at).map(({ event }) => event);
  });
}
