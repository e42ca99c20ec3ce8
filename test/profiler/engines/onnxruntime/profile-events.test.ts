import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeProfile } from '../../../../profiler/engines/onnxruntime/profile-events.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const folder = temporaryFolder();

const node = (name: string, ts: number, dur: number, stats: unknown) => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  ts,
  dur,
  ph: 'X',
  args: {
    op_name: 'Conv',
    provider: 'CPUExecutionProvider',
    output_type_shape: [{ float: [1, 8, 4, 4] }],
    thread_scheduling_stats: stats,
  },
});
const run = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur, args: {} });

test('kernels have their starts within their run, and the workers that ran parts of them', async () => {
  const pool = {
    main_thread: { thread_pool_name: 'session-0-intra-op', thread_id: '1', Run: 7, Wait: 1 },
    sub_threads: { 12: { num_run: 3, core: 1 }, 7: { num_run: 1, core: 0 }, 9: { num_run: 0, core: 2 } },
  };
  const path = join(folder, 'profile-x.json');
  writeFileSync(
    path,
    JSON.stringify([
      run(200, 30),
      node('B', 112, 5, ''),
      node('A', 103, 9, pool),
      run(100, 25),
      node('A', 202, 8, {}),
      { cat: 'Session', name: 'session_initialization', ts: 0, dur: 90 },
    ]),
  );
  const runs = await takeProfile(folder, 'profile-x');
  expect(
    runs.map(({ kernels }) => kernels.map(({ node, startUs, workers }) => [node, startUs, workers])),
  ).toEqual([
    [
      [
        'A',
        3,
        [
          { thread: '7', parts: 1 },
          { thread: '12', parts: 3 },
        ],
      ],
      ['B', 12, []],
    ],
    [['A', 2, []]],
  ]);
  expect(existsSync(path)).toBe(false);
});
