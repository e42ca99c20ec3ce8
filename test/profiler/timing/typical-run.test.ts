import { expect, test } from 'vitest';
import { measureLoad } from '../../../profiler/timing/measure-load.ts';
import { middleRun, typicalRun } from '../../../profiler/timing/typical-run.ts';
import { conv, globalPool, image, network } from '../../network/layers.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const timing = (name: string, durationUs: number, startUs?: number) => ({
  kernel: { name, op: 'Conv', isUnforeseen: true as const },
  durationUs,
  ...(startUs === undefined ? {} : { startUs }),
});

test('the run whose wall time is the middle one is kept as it was', () => {
  const runs = [[timing('a', 1)], [timing('b', 2, 7)], [timing('c', 3)]];
  expect(typicalRun(runs, [30, 20, 10])).toEqual({
    wallUs: 20,
    kernels: [{ kernel: 'b', op: 'Conv', isUnforeseen: true, durationUs: 2, startUs: 7 }],
  });
  expect(typicalRun(runs, [])).toBeNull();
  expect(middleRun([{ wallUs: 4 }, { wallUs: 2 }])).toEqual({ wallUs: 2 });
});

test('a load keeps a run of the cases that ask for it alone', async () => {
  const small = network([image(8, 3), conv('A', 'input', 4), globalPool('G', 'A')]);
  const cases = [true, false].map((keepsRun) => ({
    id: `${keepsRun}`,
    network: small,
    profiled: true,
    keepsRun,
  }));
  const { typical } = await measureLoad(
    scriptedEngine({ kernelUs: () => 10 }),
    { cases, batch: 1, seed: 1, sentinel: small, done: new Map() },
    { another: ({ done }) => done < 3 },
  );
  expect([...(typical ?? [])].map(([id, { kernels }]) => [id, kernels.map(({ kernel }) => kernel)])).toEqual([
    ['true', ['A', 'G']],
  ]);
});
