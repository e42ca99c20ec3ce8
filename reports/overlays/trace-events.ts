// A recorded run as trace events, which Perfetto and chrome://tracing open.
import type { NetworkProfile, ProfiledLayer } from '../../experiments/profile/network-profile.ts';
import { kernelFigures, type ShownForm } from './node-figures.ts';

/**
 * An event of the Trace Event Format (the "Trace Event Format" document that Chromium and Perfetto refer to): `X` has a
 * time and a duration in µs, `M` says what a process or thread is called.
 */
export type TraceEvent =
  | {
      readonly ph: 'X';
      readonly name: string;
      readonly cat: string;
      readonly ts: number;
      readonly dur: number;
      readonly pid: number;
      readonly tid: number;
      readonly args: Readonly<Record<string, unknown>>;
    }
  | {
      readonly ph: 'M';
      readonly name: 'process_name' | 'process_sort_index' | 'thread_name' | 'thread_sort_index';
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string } | { readonly sort_index: number };
    };

/** The JSON object form of a trace. */
export interface Trace {
  readonly displayTimeUnit: 'ns';
  readonly otherData: Readonly<Record<string, unknown>>;
  readonly traceEvents: readonly TraceEvent[];
}

const RUN = 1;
const LAYERS = 2;
const KERNELS = 3;
const FIRST_WORKER = 4;

/** A kernel in its place in the run. */
interface Placed {
  readonly layer: ProfiledLayer;
  readonly fromUs: number;
  readonly toUs: number;
  readonly workers: readonly { readonly thread: string; readonly parts: number }[];
}

interface Timeline {
  readonly placed: readonly Placed[];
  readonly wallUs: number;
  /** Whether the engine told when its kernels began; they are laid end to end otherwise. */
  readonly isTimed: boolean;
}

/** Kernels in the order in which they ran, none over the next: clocks of whole microseconds round. */
function timeline({ recorded_run: run, layers, latency_us, kernels_us }: ShownForm): Timeline {
  const recorded: NonNullable<typeof run>['kernels'] =
    run?.kernels ??
    layers.map(({ latency_us }, layer) => ({ layer, start_us: null, latency_us, workers: [] }));
  const kernels = recorded.flatMap((each) => {
    const layer = layers[each.layer];
    return layer === undefined ? [] : [{ ...each, layer }];
  });
  const isTimed = kernels.length > 0 && kernels.every(({ start_us }) => start_us !== null);
  const sorted = isTimed
    ? kernels.toSorted((a, b) => (a.start_us as number) - (b.start_us as number))
    : kernels;
  let at = 0;
  const placed = sorted.map(({ layer, start_us, latency_us: us, workers }, index): Placed => {
    const fromUs = isTimed ? Math.max(at, start_us as number) : at;
    const nextUs = isTimed ? (sorted[index + 1]?.start_us ?? Number.POSITIVE_INFINITY) : fromUs + us;
    const toUs = Math.max(fromUs, Math.min(fromUs + us, nextUs));
    at = toUs;
    return { layer, fromUs, toUs, workers };
  });
  // Without a run of its own: what was measured of whole inferences.
  const wallUs = run?.wall_us ?? Math.max(latency_us, kernels_us);
  return { placed, wallUs: Math.max(wallUs, at), isTimed };
}

/** What is left of a run beside its kernels, named by where it is. */
function rests({ placed, wallUs }: Timeline): { name: string; fromUs: number; toUs: number }[] {
  const found: { name: string; fromUs: number; toUs: number }[] = [];
  let at = 0;
  placed.forEach(({ fromUs, toUs }, index) => {
    const name = index === 0 ? 'before the first kernel: inputs' : 'between kernels: dispatch, views';
    if (fromUs > at) found.push({ name, fromUs: at, toUs: fromUs });
    at = toUs;
  });
  if (wallUs > at) found.push({ name: 'after the last kernel: outputs, return', fromUs: at, toUs: wallUs });
  return found;
}

/** Neighbouring kernels of one layer together: a convolution and the reorder behind it. */
function layerSpans(placed: readonly Placed[]): (Placed & { readonly kernels: number })[] {
  const spans: (Placed & { readonly kernels: number })[] = [];
  for (const each of placed) {
    const last = spans.at(-1);
    if (last !== undefined && last.layer.layers[0] === each.layer.layers[0])
      spans[spans.length - 1] = { ...last, toUs: each.toUs, kernels: last.kernels + 1 };
    else spans.push({ ...each, kernels: 1 });
  }
  return spans;
}

function formEvents(form: ShownForm, title: string, pid: number): TraceEvent[] {
  const run = timeline(form);
  const { placed, wallUs, isTimed } = run;
  const workers = [...new Set(placed.flatMap((each) => each.workers.map(({ thread }) => thread)))].sort();
  const named = (name: 'process_name' | 'thread_name', tid: number, text: string): TraceEvent => ({
    ph: 'M',
    name,
    pid,
    tid,
    args: { name: text },
  });
  const slice = (
    tid: number,
    cat: string,
    name: string,
    { fromUs, toUs }: { fromUs: number; toUs: number },
    args: Readonly<Record<string, unknown>> = {},
  ): TraceEvent => ({ ph: 'X', name, cat, ts: fromUs, dur: toUs - fromUs, pid, tid, args });
  const threads: [number, string][] = [
    [RUN, 'run'],
    [LAYERS, 'layers'],
    [KERNELS, 'engine thread: kernels'],
    ...workers.map((thread, index): [number, string] => [FIRST_WORKER + index, `engine worker ${thread}`]),
  ];
  return [
    named('process_name', 0, title),
    { ph: 'M', name: 'process_sort_index', pid, tid: 0, args: { sort_index: pid } },
    ...threads.flatMap(([tid, name]): TraceEvent[] => [
      named('thread_name', tid, name),
      { ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } },
    ]),
    slice(
      RUN,
      'run',
      title,
      { fromUs: 0, toUs: wallUs },
      {
        median_latency_us: form.latency_us,
        median_kernels_us: form.kernels_us,
        recorded: form.recorded_run !== null,
        kernels_at: isTimed ? 'as the engine timed them' : 'end to end: the engine tells no starts',
      },
    ),
    ...layerSpans(placed).map((span) =>
      slice(LAYERS, 'layer', span.layer.layers[0] ?? span.layer.name, span, {
        layers: span.layer.layers,
        kernels: span.kernels,
      }),
    ),
    ...placed.map((each) => {
      const { latency_us: median_us, ...figures } = kernelFigures(each.layer);
      return slice(KERNELS, 'kernel', each.layer.name, each, {
        layers: each.layer.layers,
        median_us,
        ...figures,
      });
    }),
    ...rests(run).map((rest) => slice(KERNELS, 'rest', rest.name, rest)),
    ...placed.flatMap((each) =>
      each.workers.map(({ thread, parts }) =>
        slice(
          FIRST_WORKER + workers.indexOf(thread),
          'worker',
          `${parts} parts of ${each.layer.name}`,
          each,
          {
            parts,
            extent: "the kernel's: the engine tells how many parts a worker ran, not when",
          },
        ),
      ),
    ),
  ];
}

/**
 * One recorded run of a network, or of a file and of the network deployed, each a process: the run, its layers, its kernels
 * on the engine's thread with what is left between them, and the workers that took part. Kernels and rest add up to the
 * run.
 */
export function traceOf(profile: NetworkProfile): Trace {
  const { network, engine, adapter, threads, batch, clock, deployed, form } = profile;
  const title = (shown: ShownForm) =>
    `${network} (${shown.form === 'file' ? 'the file as it is' : 'deployed'}) on ${engine} ×${threads}`;
  return {
    displayTimeUnit: 'ns',
    otherData: {
      written_by: 'morphline profile --trace',
      network,
      form,
      engine,
      adapter,
      threads,
      batch,
      clock,
      times: 'of one recorded run, whose wall time is the middle one; recording makes kernels slower',
    },
    traceEvents: [
      ...formEvents(profile, title(profile), 1),
      ...(deployed === null ? [] : formEvents(deployed, title(deployed), 2)),
    ],
  };
}
