import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chosenRung, type DeviceProfile } from '../../../calibration/device-profile.ts';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { calibrate } from '../../../experiments/calibrate/calibrate.ts';
import { fitTransferRun, keptPriors } from '../../../experiments/calibrate/transfer-session.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { TFJS_RULES } from '../../../network/lowering/rules.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { timingNoise } from '../../support/noise.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const network = zooNetwork('inception-32');
const plan = planChannels(network);
const folder = temporaryFolder();

/** A device that the prior is calibrated on. */
const there = (kernel: Kernel) => 200 + kernel.flops / 5e4 + kernelBytes(kernel) / 2e4;
/** Another one: twice as slow, its pools another 40 % slower. */
const here = (kernel: Kernel) => there(kernel) * (kernel.op.includes('pool') ? 2.8 : 2);
/** One whose convolutions cost by their channels out alone: no factor of a class makes that of the prior. */
const elsewhere = (kernel: Kernel) =>
  kernel.op === 'conv' ? 20 * kernel.outputChannels ** 1.5 : there(kernel);

const common = { networks: [network], batch: 1, seed: 1, table: false, int8: false };

function engineOf(kernelUs: (kernel: Kernel) => number, seed: number) {
  const noise = timingNoise(seed, 0.02, 0.02);
  return scriptedEngine({ kernelUs: (kernel) => kernelUs(kernel) * noise() });
}

/** Mean of |error| over networks that nobody measured. */
function errorOf(profile: DeviceProfile, kernelUs: (kernel: Kernel) => number): number {
  const predictor = latencyPredictor(plan, { kind: 'measured', name: profile.name, profile });
  const lowering = new Lowering(network, TFJS_RULES);
  const errors = Array.from({ length: 30 }, (_, k) => {
    const widths = sampleWidths(plan, 'uniform', 7, 500 + k);
    const us = lowering.kernels(widths).reduce((sum, kernel) => sum + kernelUs(kernel), 0);
    return Math.abs(predictor.latencyUs(widths) / us - 1);
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

let prior: DeviceProfile;

beforeAll(async () => {
  prior = await calibrate({
    ...common,
    engine: engineOf(there, 1),
    budgetSeconds: 3,
    out: join(folder, 'prior'),
  });
}, 60_000);

describe('a calibration from a known profile', () => {
  test('predicts another device as well as its own by eight networks, and says by how much it is slower', async () => {
    const out = join(folder, 'here');
    const engine = engineOf(here, 2);
    const profile = await calibrate({ ...common, engine, budgetSeconds: 20, from: [prior], out });
    expect(profile.transfer).toMatchObject({ networks: 8, from: { name: prior.name } });
    // As good as the prior on its own device, of which eight networks tell little more.
    expect(errorOf(profile, here)).toBeLessThan(errorOf(prior, there) + 0.015);
    expect(profile.validation).toMatchObject({ networks: 8 });
    expect(chosenRung(profile).model.rung).toBe('table');
    for (const [name, { low, high }] of Object.entries(profile.transfer?.classes ?? {})) {
      const planted = name.includes('pool') ? 2.8 : 2;
      expect([name, low < planted * 1.03, high > planted * 0.97]).toEqual([name, true, true]);
    }
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['chosen.json', 'device.json', 'prior-1.json']));
  }, 60_000);

  test('is fitted again from its folder alone', () => {
    const out = join(folder, 'here');
    expect(keptPriors(out)).toHaveLength(1);
    const { transfer, rungs } = fitTransferRun(out, [network]);
    expect(transfer?.networks).toBe(8);
    expect(rungs).toHaveLength(1);
    expect(() => fitTransferRun(join(folder, 'prior'), [network])).toThrow(/without prior-1\.json/);
  });

  test('takes the nearest of several profiles', async () => {
    // Off by a factor of three, up or down, from one channel count to the next.
    const rungs = prior.rungs.map((rung) => {
      if (rung.model.rung !== 'table') return rung;
      const tables = Object.entries(rung.model.residuals).map(([name, table]) => [
        name,
        { ...table, alignment: table.alignment.map((log, i) => log + ((i * 7) % 3) - 1) },
      ]);
      return { ...rung, model: { ...rung.model, residuals: Object.fromEntries(tables) } };
    }) as DeviceProfile['rungs'];
    const out = join(folder, 'nearest');
    const engine = engineOf(here, 3);
    const from = [{ ...prior, name: 'far away', rungs }, prior];
    const profile = await calibrate({ ...common, engine, budgetSeconds: 20, from, few: 6, out });
    expect(profile.transfer).toMatchObject({ networks: 6, from: { name: prior.name } });
  }, 60_000);

  test('says where the prior does not fit', async () => {
    const out = join(folder, 'elsewhere');
    const engine = engineOf(elsewhere, 4);
    const profile = await calibrate({ ...common, engine, budgetSeconds: 20, from: [prior], few: 3, out });
    expect(profile.transfer?.fits).toBe(false);
    expect(existsSync(join(out, 'device.json'))).toBe(true);
  }, 60_000);
});
