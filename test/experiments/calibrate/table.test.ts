import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calibrate } from '../../../experiments/calibrate/calibrate.ts';
import { NetworkBuilder } from '../../../network/builder.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();

const engine = () =>
  scriptedEngine({
    kernelUs: (kernel) => 20 + kernel.flops / 5e4 + kernel.outputBytes / 1e4,
  });

test('a table of one network is fitted to the grid of its widths', async () => {
  const out = join(folder, 'table');
  const options = {
    engine: engine(),
    networks: [zooNetwork('inception-32')],
    batch: 1,
    seed: 1,
    int8: false,
    out,
  };
  const profile = await calibrate({ ...options, budgetSeconds: 4, table: true });
  expect(profile.rungs.map(({ model }) => model.rung).at(-1)).toBe('layer-table');
  expect(profile.settings.table).toBe(true);
  const laws = new Set(
    measurementFiles(out)
      .networks.read()
      .flatMap(({ role, law }) => (role === 'fit' ? [law] : [])),
  );
  expect([...laws]).toEqual(['grid']);
});

test('a network whose widths are all fixed is refused', async () => {
  const builder = new NetworkBuilder('fixed');
  const network = builder.build(builder.conv('only', builder.input(8, 8, 3), 4, 3));
  const options = {
    engine: engine(),
    batch: 1,
    seed: 1,
    budgetSeconds: 2,
    int8: false,
    out: join(folder, 'fixed'),
  };
  await expect(calibrate({ ...options, table: false, networks: [network] })).rejects.toThrow(
    'the width of every layer is fixed',
  );
});

test('a table of two networks is refused', async () => {
  const networks = ['inception-32', 'mobilenet-v1-32'].map((name) => zooNetwork(name));
  const options = {
    engine: engine(),
    batch: 1,
    seed: 1,
    budgetSeconds: 2,
    int8: false,
    out: join(folder, 'two'),
  };
  await expect(calibrate({ ...options, networks, table: true })).rejects.toThrow('a table of 2 networks');
});

test('other families are predicted, measured and their unseen kernel classes named, and nothing of them is fitted', async () => {
  const out = join(folder, 'others');
  const profile = await calibrate({
    engine: engine(),
    networks: [zooNetwork('inception-32')],
    validate: [zooNetwork('googlenet-32')],
    batch: 1,
    seed: 1,
    budgetSeconds: 4,
    table: false,
    int8: false,
    out,
  });
  const other = profile.validation.others?.['googlenet-32'];
  expect(other?.networks).toBe(10);
  expect(other?.unseenClasses.some((name) => name.startsWith('conv 5x5'))).toBe(true);
  expect(other?.full).not.toBeNull();
  const { kernels, networks } = measurementFiles(out);
  expect(kernels.read().some(({ network }) => network === 'googlenet-32')).toBe(false);
  expect(networks.read().filter(({ network }) => network === 'googlenet-32')).toHaveLength(10);
  expect(profile.validation.networks).toBe(
    networks.read().filter(({ network, role }) => network === 'inception-32' && role === 'report').length,
  );
});
