import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { calibrate } from '../../../experiments/calibrate/calibrate.ts';
import { fitRun } from '../../../experiments/calibrate/fit-run.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import { onnxruntimeRules } from '../../../network/lowering/rules.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const network = zooNetwork('inception-32');
const options = { networks: [network], batch: 1, seed: 1, table: false, int8: true } as const;
const kernelUs = (kernel: Parameters<typeof kernelBytes>[0]) =>
  20 + kernel.flops / 5e4 + kernelBytes(kernel) / 1e4;

test('a calibration in 8 bits measures all its networks so, and predicts any network so', async () => {
  const out = join(folder, 'int8');
  const engine = scriptedEngine({ kernelUs, rules: onnxruntimeRules(8) });
  const profile = await calibrate({ ...options, engine, budgetSeconds: 4, out });
  expect(profile.settings.int8).toBe(true);
  expect(profile.name).toMatch(/ int8$/);
  const kernels = measurementFiles(out).kernels.read();
  const convs = kernels.filter(({ op }) => op === 'conv');
  expect(new Set(convs.map(({ element_bytes }) => element_bytes))).toEqual(new Set(['1 1 1 7']));
  expect(convs.every(({ kernel_class }) => kernel_class.endsWith(' nhwc int8'))).toBe(true);
  // The same from its files, and of a network that says nothing of types.
  const again = fitRun(out, [], { anew: true });
  const plan = planChannels(network);
  const predicted = [profile, again].map((each) =>
    latencyPredictor(plan, { kind: 'measured', name: '', profile: each }).detail(plan.fullWidths),
  );
  expect(predicted[1]?.latencyUs).toBeCloseTo(predicted[0]?.latencyUs as number, 3);
  expect(predicted[0]?.layers.map(({ name }) => name)).toContain('input (quantize)');
  expect(predicted[0]?.unseenClasses).toEqual([]);
  expect(profile.validation.mape).toBeLessThan(0.01);
  expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toMatchObject({ settings: { int8: true } });
}, 120_000);

test('an engine that computes with floats alone refuses', async () => {
  const engine = scriptedEngine({ kernelUs });
  await expect(
    calibrate({ ...options, engine, budgetSeconds: 2, out: join(folder, 'none') }),
  ).rejects.toThrow(/inception-32 on onnxruntime, whose layer .* is uint8; expected float32/);
});
