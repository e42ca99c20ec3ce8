import { describe, expect, test } from 'vitest';
import type { MeasuredForm, NetworkProfile } from '../../../experiments/profile/network-profile.ts';
import { type TraceEvent, traceOf } from '../../../reports/overlays/trace-events.ts';
import { traceFile } from './overlay-schemas.ts';

type Layer = MeasuredForm['layers'][number];
type Run = NonNullable<MeasuredForm['recorded_run']>;

const layer = (name: string, layers: string[], latency_us: number): Layer => ({
  name,
  layers,
  kind: 'conv 3x3/1 nchwc',
  flops: 4000,
  bytes: 1000,
  latency_us,
  spread: 0.01,
  share: latency_us / 50,
  gflops_per_second: 1,
  predicted_us: 11,
  bound: 'compute',
  us_per_filter: null,
});

const LAYERS = [layer('A', ['A', 'relu'], 10), layer('A (reorder-output)', ['A'], 5), layer('B', ['B'], 20)];

const form = (recorded_run: Run | null): MeasuredForm => ({
  form: 'deployed',
  latency_us: 50,
  cold_us: 60,
  spread: 0.01,
  standard_error: null,
  kernels_us: 35,
  remainder_us: 15,
  unforeseen_share: 0,
  loads: 3,
  rounds: 20,
  disturbed: 0,
  layers: LAYERS,
  recorded_run,
});

const profile = (first: MeasuredForm, deployed: MeasuredForm | null = null): NetworkProfile => ({
  schema: 'morphline/profile@2',
  network: 'net "quoted" <b>',
  engine: 'onnxruntime',
  adapter: 'cpu',
  threads: 2,
  batch: 1,
  ...first,
  repeatability: null,
  clock: 'wall',
  predicted_us: null,
  drift_since_calibration: null,
  stale: [],
  deployed,
  gain: null,
});

const kernel = (layer: number, start_us: number | null, latency_us: number, ...workers: string[]) => ({
  layer,
  start_us,
  latency_us,
  workers: workers.map((thread, index) => ({ thread, parts: index + 1 })),
});
/** As ONNX Runtime tells: whole microseconds and a half, so that B begins before A's reorder is over. */
const TIMED: Run = {
  wall_us: 60,
  kernels: [kernel(2, 18, 20.5, '7', '12'), kernel(0, 3, 10.5, '7'), kernel(1, 13, 5.5)],
};

type Slice = Extract<TraceEvent, { ph: 'X' }>;
function slices(events: readonly TraceEvent[], cat: string, pid = 1): Slice[] {
  return events.filter((event): event is Slice => event.ph === 'X' && event.cat === cat && event.pid === pid);
}
const total = (list: readonly Slice[]) => list.reduce((sum, { dur }) => sum + dur, 0);

/** Slices of a thread lie one behind the other or one in the other: what overlaps in part, viewers drop. */
function expectNested(events: readonly TraceEvent[]): void {
  const all = events.filter((event) => event.ph === 'X');
  for (const a of all)
    for (const b of all) {
      if (a === b || a.pid !== b.pid || a.tid !== b.tid || a.ts > b.ts) continue;
      const isBehind = b.ts >= a.ts + a.dur - 1e-9;
      const isWithin = b.ts + b.dur <= a.ts + a.dur + 1e-9;
      expect(isBehind || isWithin, `${a.name} and ${b.name}`).toBe(true);
    }
}

describe('a recorded run', () => {
  const trace = traceOf(profile(form(TIMED)));
  const { traceEvents: events } = trace;

  test('is in the Trace Event Format, also once written', () => {
    expect(traceFile.parse(JSON.parse(JSON.stringify(trace)))).toEqual(trace);
    expectNested(events);
  });

  test('has kernels in the order in which they ran, with what is known of them', () => {
    const kernels = slices(events, 'kernel');
    expect(kernels.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ['A', 3, 10],
      ['A (reorder-output)', 13, 5],
      ['B', 18, 20.5],
    ]);
    expect(kernels[2]?.args).toEqual({
      layers: ['B'],
      kernel: 'conv 3x3/1 nchwc',
      median_us: 20,
      share: 0.4,
      spread: 0.01,
      flops: 4000,
      bytes: 1000,
      flops_per_byte: 4,
      gflops_per_second: 1,
      predicted_us: 11,
      bound: 'compute',
    });
  });

  test('is its kernels and a named rest', () => {
    const [run] = slices(events, 'run');
    expect(run?.dur).toBe(60);
    expect(slices(events, 'rest').map(({ name, ts, dur }) => [name.split(':')[0], ts, dur])).toEqual([
      ['before the first kernel', 0, 3],
      ['after the last kernel', 38.5, 21.5],
    ]);
    expect(total(slices(events, 'kernel')) + total(slices(events, 'rest'))).toBeCloseTo(60, 9);
  });

  test('has layers over their kernels, and workers where they took part', () => {
    expect(slices(events, 'layer').map(({ name, ts, dur, args }) => [name, ts, dur, args.kernels])).toEqual([
      ['A', 3, 15, 2],
      ['B', 18, 20.5, 1],
    ]);
    expect(slices(events, 'worker').map(({ name, tid, ts }) => [name, tid, ts])).toEqual([
      ['1 parts of A', 5, 3],
      ['1 parts of B', 5, 18],
      ['2 parts of B', 4, 18],
    ]);
    const names = new Map(
      events.flatMap((event) =>
        event.ph === 'M' && event.name === 'thread_name' && 'name' in event.args
          ? [[event.tid, event.args.name]]
          : [],
      ),
    );
    expect([...names]).toEqual([
      [1, 'run'],
      [2, 'layers'],
      [3, 'engine thread: kernels'],
      [4, 'engine worker 12'],
      [5, 'engine worker 7'],
    ]);
    for (const event of events) if (event.ph === 'X') expect(names.has(event.tid)).toBe(true);
  });
});

test('kernels whose starts nobody tells stand end to end', () => {
  const run = { wall_us: 30, kernels: [kernel(0, null, 11), kernel(1, null, 4), kernel(2, null, 21)] };
  const { traceEvents: events } = traceOf(profile(form(run)));
  expect(slices(events, 'kernel').map(({ ts, dur }) => [ts, dur])).toEqual([
    [0, 11],
    [11, 4],
    [15, 21],
  ]);
  // GPU times can be longer than the wall's: the run then is as long as they are.
  expect(slices(events, 'run')[0]).toMatchObject({
    dur: 36,
    args: { kernels_at: expect.stringContaining('end to end') },
  });
  expect(slices(events, 'rest')).toEqual([]);
});

test('without a run there are the medians; a file and the network deployed are two processes', () => {
  const file: MeasuredForm = { ...form(TIMED), form: 'file' };
  const { traceEvents: events } = traceOf(profile(file, form(null)));
  expect(traceFile.shape.traceEvents.parse(events)).toEqual(events);
  expectNested(events);
  expect(slices(events, 'run', 1)[0]?.name).toBe('net "quoted" <b> (the file as it is) on onnxruntime ×2');
  expect(slices(events, 'run', 2)[0]).toMatchObject({ dur: 50, args: { recorded: false } });
  expect(total(slices(events, 'kernel', 2)) + total(slices(events, 'rest', 2))).toBeCloseTo(50, 9);
});
