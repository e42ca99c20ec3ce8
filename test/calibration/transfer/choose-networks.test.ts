import { expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { chooseNetworks } from '../../../calibration/transfer/choose-networks.ts';
import { priorOf } from '../../../calibration/transfer/transfer-profile.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const device = openDevice('profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json');
if (device.kind !== 'measured') throw new Error('a datasheet');
const { rules } = device.profile.engine;
const prior = priorOf(device.profile, rules);
const network = zooNetwork('inception-v2');
const plan = planChannels(network);
const lowering = new Lowering(network, rulesNamed(rules));
const candidates = Array.from({ length: 20 }, (_, k) =>
  lowering.kernels(sampleWidths(plan, 'uniform', 1, k)),
);

test('networks that are alike are not taken twice before one that is not', () => {
  const [first] = candidates;
  const alike = Array.from({ length: 10 }, () => first ?? []);
  const odd = lowering.kernels(sampleWidths(plan, 'aligned', 1, 3));
  const chosen = chooseNetworks([...alike, odd], [prior], 2);
  expect(chosen).toContain(10);
  expect(new Set(chosen).size).toBe(2);
});

test('as many as asked, each once, or all that there are; the same every time', () => {
  const eight = chooseNetworks(candidates, [prior], 8);
  expect(new Set(eight).size).toBe(8);
  expect(chooseNetworks(candidates, [prior], 8)).toEqual(eight);
  expect(chooseNetworks(candidates.slice(0, 3), [prior], 8).toSorted()).toEqual([0, 1, 2]);
});

test('where priors disagree is where they are told apart', () => {
  const { model } = prior;
  const pools = Object.entries(model.base.classes).map(([name, cost]) => [
    name,
    name.includes('pool') ? { ...cost, inputUsPerMB: 50 * cost.inputUsPerMB + 500 } : cost,
  ]);
  const base = { ...model.base, classes: Object.fromEntries(pools) };
  const other = { ...prior, model: { ...model, base } };
  expect(chooseNetworks(candidates, [prior, other], 3)).not.toEqual(chooseNetworks(candidates, [prior], 3));
});
