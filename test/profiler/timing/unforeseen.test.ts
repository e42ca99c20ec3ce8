import { expect, test } from 'vitest';
import { unforeseenOf } from '../../../calibration/fit/load-times.ts';
import { recordedSums } from '../../../calibration/fit/network-sample.ts';
import { EarlierRows } from '../../../experiments/samples/earlier-loads.ts';
import { type DrawnSample, familyOf, sampleId } from '../../../experiments/samples/family.ts';
import { recordAsTaken, recordBlock } from '../../../experiments/samples/record-block.ts';
import { TFJS_RULES } from '../../../network/lowering/rules.ts';
import { measureBlock } from '../../../profiler/timing/measure-block.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { activation, conv, globalPool, image, network, pool } from '../../network/layers.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const out = temporaryFolder();

const small = network([
  image(8, 3),
  conv('A', 'input', 4),
  activation('E', 'A', 'elu'),
  pool('max-pool', 'P', 'E'),
  conv('B', 'P', 4),
  globalPool('G', 'B'),
]);

test('kernels that the lowering does not foresee are kept apart, written, read again and left out of the fit', async () => {
  const family = familyOf(small);
  const sample: DrawnSample = {
    proposed: { network: 'tiny', sample: 0, role: 'fit', law: 'full' },
    family,
    widths: family.plan.fullWidths,
  };
  const files = measurementFiles(out);
  // The activation and the pool run as two kernels of one name.
  const engine = scriptedEngine({
    kernelUs: () => 10,
    networkUs: () => 70,
    otherwise: {
      fused: ({ name }) => name === 'E' || name === 'P',
      ran: [
        { name: 'fused E', op: 'EluPool', durationUs: 20 },
        { name: 'fused E', op: 'EluPool', durationUs: 30 },
      ],
    },
  });
  const cases = [{ id: sampleId(sample.proposed), network: small, profiled: true }];
  const block = await measureBlock(inProcess(engine), cases, {
    batch: 1,
    seed: 1,
    sentinel: small,
    loads: 2,
    policy: { minRounds: 4, maxRounds: 4, deadlineMs: 0 },
    ...recordAsTaken(files, [sample]),
  });
  const [measured] = block.networks;
  expect(measured?.latencyUs).toBe(70);
  expect(measured?.kernels.map(({ kernel, latencyUs }) => [kernel.name, latencyUs])).toEqual([
    ['A', 10],
    ['B', 10],
    ['G', 10],
  ]);
  expect(measured?.unforeseen).toEqual([
    { name: 'fused E', op: 'EluPool', latencyUs: 20, minUs: 20, spread: 0, rounds: expect.any(Number) },
    { name: 'fused E', op: 'EluPool', latencyUs: 30, minUs: 30, spread: 0, rounds: expect.any(Number) },
  ]);

  recordBlock(files, [sample], block, { block: 0, batch: 1, rules: TFJS_RULES, clock: 'wall' });
  const rows = files.networks.read();
  expect(rows).toMatchObject([{ unforeseen: 2, unforeseen_share: 50 / 80, latency_us: 70 }]);
  expect(files.kernels.read().map(({ kernel }) => kernel)).toEqual(['A', 'B', 'G']);
  const loads = files.kernelLoads.read();
  expect(loads).toHaveLength(10);
  expect(unforeseenOf({ kernels: loads, rounds: [] })).toEqual({
    unforeseen: { share: 50 / 80, ops: { EluPool: 50 / 80 } },
  });
  expect(recordedSums(files.kernels.read(), rows)).toEqual([
    { kernelsUs: expect.closeTo(80, 9), kernels: 5, latencyUs: 70 },
  ]);

  // As a resumed run reads them; of a load that a kill cut short nothing is left.
  const read = new EarlierRows(files, new Set()).of(cases, TFJS_RULES, 1).kernels.get('tiny 0');
  expect(read?.map(({ load, figures }) => [load, figures.length])).toEqual([
    [0, 5],
    [1, 5],
  ]);
  expect(read?.[0]?.figures[4]).toMatchObject({ kernel: 'fused E', op: 'EluPool', isUnforeseen: true });
  files.kernelLoads.append([{ ...(loads[0] as (typeof loads)[0]), load: 2 }]);
  expect(new EarlierRows(files, new Set()).of(cases, TFJS_RULES, 1).kernels.get('tiny 0')).toHaveLength(2);
});
