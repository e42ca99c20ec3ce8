// ONNX Runtime's own profile: kernels and shader programs of each run, read from its file.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** One kernel execution of ONNX Runtime's profile, times in whole µs; wall time of the CPU, so of a GPU's only the start. */
export interface KernelEvent {
  readonly node: string;
  readonly op: string;
  readonly durationUs: number;
  /** Shape of the first output; NCHW, channels padded to blocks in the blocked layout. */
  readonly outputShape: readonly number[];
  /** Such as CPUExecutionProvider. */
  readonly provider: string;
}

/** One shader program of a kernel that the WebGPU provider ran: GPU time in whole µs. */
export interface ProgramEvent {
  readonly node: string;
  readonly op: string;
  readonly durationUs: number;
}

export interface RunEvents {
  readonly kernels: readonly KernelEvent[];
  /** Of the WebGPU provider. */
  readonly programs: readonly ProgramEvent[];
}

const shapeList = z.array(z.record(z.string(), z.array(z.number())));
/** ONNX Runtime cuts its kernel times to whole microseconds: on average so much is lost. */
const TRUNCATED_US = 0.5;

const eventSchema = z.object({
  cat: z.string(),
  name: z.string(),
  dur: z.number(),
  ts: z.number(),
  args: z
    .object({
      op_name: z.string().optional(),
      output_type_shape: shapeList.optional(),
      provider: z.string().optional(),
    })
    .loose()
    .optional(),
});

const KERNEL_SUFFIX = '_kernel_time';

/** Events in the order of their times. */
interface Timeline<T> {
  readonly atUs: number;
  readonly event: T;
}

/**
 * Events of each run in a profile that `endProfiling()` wrote, in execution order. It does not say where it wrote, so
 * the file is found by its prefix; it is deleted.
 */
export async function takeProfile(directory: string, prefix: string): Promise<RunEvents[]> {
  const name = (await readdir(directory)).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new Error(`ONNX Runtime left no profile ${prefix}* in ${directory}`);
  const path = join(directory, name);
  const events = z.array(z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));
  await rm(path);
  const kernels: Timeline<KernelEvent>[] = [];
  const programs: Timeline<ProgramEvent>[] = [];
  const runs: { fromUs: number; toUs: number }[] = [];
  for (const raw of events) {
    const parsed = eventSchema.safeParse(raw);
    if (!parsed.success) continue;
    const { cat, name: label, dur, ts, args } = parsed.data;
    if (cat === 'Session' && label === 'model_run') runs.push({ fromUs: ts, toUs: ts + dur });
    if (cat === 'Api') {
      // Node, op and program; a node that the optimizer made has its op for a name.
      const [node = '', op = ''] = label.split('&');
      programs.push({ atUs: ts, event: { node, op, durationUs: dur } });
    }
    if (cat !== 'Node' || !label.endsWith(KERNEL_SUFFIX)) continue;
    const outputShape = Object.values(args?.output_type_shape?.[0] ?? {})[0] ?? [];
    const node = label.slice(0, -KERNEL_SUFFIX.length);
    const provider = args?.provider ?? '';
    kernels.push({
      atUs: ts,
      event: { node, op: args?.op_name ?? '', durationUs: dur + TRUNCATED_US, outputShape, provider },
    });
  }
  runs.sort((a, b) => a.fromUs - b.fromUs);
  const kernelsUntil = inOrder(kernels);
  const programsUntil = inOrder(programs);
  return runs.map(({ toUs }) => ({ kernels: kernelsUntil(toUs), programs: programsUntil(toUs) }));
}

/** Hands events out in the order of their times, up to one time after another. */
function inOrder<T>(list: Timeline<T>[]): (untilUs: number) => T[] {
  list.sort((a, b) => a.atUs - b.atUs);
  let at = 0;
  return (untilUs) => {
    const from = at;
    while (at < list.length && (list[at]?.atUs ?? 0) <= untilUs) at++;
    return list.slice(from, at).map(({ event }) => event);
  };
}
