import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { openEngine } from '../../../profiler/engines/registry.ts';
import { measureNetworks } from '../../../profiler/timing/measure-networks.ts';

const hogs: ChildProcess[] = [];
afterAll(() => {
  for (const hog of hogs) hog.kill('SIGKILL');
});

const tells = existsSync('/proc/self/schedstat');

test.skipIf(!tells)(
  'programs that take every core are found to disturb what is measured beside them',
  async () => {
    const network = zooNetwork('inception-32');
    const engine = await openEngine('onnxruntime', { threads: 1 });
    for (let hog = 0; hog < 2 * availableParallelism() + 1; hog++) {
      hogs.push(spawn(process.execPath, ['-e', 'process.stdout.write("."); for (;;);']));
    }
    await Promise.all(hogs.map((hog) => new Promise((resolve) => hog.stdout?.once('data', resolve))));
    const { networks } = await measureNetworks(
      engine,
      ['a', 'b', 'c', 'd'].map((id) => ({ id, network, profiled: false })),
      { batch: 1, seed: 1, sentinel: network, another: (rounds) => rounds < 8 },
    );
    await engine.close();
    expect(networks.reduce((sum, { disturbed }) => sum + disturbed, 0)).toBeGreaterThan(0);
  },
);
