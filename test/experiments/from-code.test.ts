// Experiments as programs call them: what is left out has the command line's defaults, what is wrong is told by name.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  calibrate,
  deviceFrom,
  generateTexturedShapes,
  study,
  train,
  UserError,
  zooNetwork,
} from '../../index.ts';
import { scriptedEngine } from '../support/scripted-engine.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();
const network = zooNetwork('inception-32');

describe('a study from code', () => {
  test('draws uniformly, of seed 1, and predicts on the two datasheets', async () => {
    const out = join(folder, 'study');
    const summary = await study({ network, samples: 5, out });
    expect(summary).toMatchObject({ samples: 5, law: 'uniform', seed: 1, batch: 1, measured: null });
    expect(summary.devices.map(({ name }) => name)).toEqual(['p100', 'v100']);
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).settings).toMatchObject({
      seed: 1,
      batch: 1,
    });
  });

  test('measures with an engine that is open, which stays open', async () => {
    const engine = scriptedEngine({ kernelUs: (kernel) => 50 + kernel.flops / 1e5 });
    const summary = await study({
      network,
      samples: 5,
      measure: { count: 2, engine },
      out: join(folder, 'measured'),
    });
    expect(summary.measured).toMatchObject({ networks: 2, adapter: engine.description.adapter });
  });
});

const out = join(folder, 'none');
const data = generateTexturedShapes({ trainCount: 20, testCount: 10, seed: 1 });
const training = { network, data, device: deviceFrom('p100'), out };

test.each<[string, () => Promise<unknown>, string]>([
  [
    'samples',
    () => study({ network, samples: -1, out }),
    'got samples: -1; expected an integer of at least 1',
  ],
  ['a batch', () => study({ network, samples: 5, batch: Number.NaN, out }), 'got batch: NaN'],
  ['a law', () => study({ network, samples: 5, law: 'normal' as never, out }), 'got law: "normal"'],
  ['a budget', () => calibrate({ networks: [network], budgetSeconds: -1, out }), 'got budgetSeconds: -1'],
  ['an engine', () => calibrate({ networks: [network], engine: 'abacus', out }), "got engine 'abacus'"],
  ['epochs', () => train({ ...training, epochs: 0 }), 'got epochs: 0'],
  ['a choice', () => train({ ...training, choose: 'best' as never }), 'got choose: "best"'],
])('%s that cannot be is refused by name', async (_, run, message) => {
  await expect(run()).rejects.toThrow(UserError);
  await expect(run()).rejects.toThrow(message);
});
