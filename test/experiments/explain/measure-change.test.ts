import { join } from 'node:path';
import { expect, test } from 'vitest';
import { predictKernel } from '../../../calibration/ladder/ladder.ts';
import { networkLatencyUs } from '../../../calibration/ladder/network-model.ts';
import { openDevice } from '../../../calibration/open-device.ts';
import { deployedModel } from '../../../calibration/predict.ts';
import { explainChange } from '../../../experiments/explain/explain-change.ts';
import { measureChange } from '../../../experiments/explain/measure-change.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { resized } from './planted-pairs.ts';

const PROFILES = join(import.meta.dirname, '../../../profiles');
const device = openDevice(join(PROFILES, 'amd-epyc-onnxruntime-1-thread-inception-mobilenet-resnet.json'));
const model = deployedModel(device);
const a = { name: 'a', network: zooNetwork('mobilenet-v1-1.0') };
const b = { name: 'b', network: resized(a.network, ({ size }) => size - 1) };

/** An engine that takes what the model says, but for one kernel of B. */
const engineWith = (extraUs: number) =>
  scriptedEngine({
    rules: model.rules,
    kernelUs: (kernel) =>
      predictKernel(model.kernels, kernel).latencyUs +
      (kernel.name === 'Conv2d_6_pointwise' && kernel.outputChannels === 511 ? extraUs : 0),
    networkUs: (kernels, kernelsUs) =>
      networkLatencyUs(model.network, { kernelsUs, kernels: kernels.length }),
  });

const measure = (extraUs: number) =>
  measureChange({
    device,
    a,
    b,
    batch: 1,
    seed: 1,
    budgetSeconds: 1,
    measurer: inProcess(engineWith(extraUs)),
  });

test('what is measured as predicted has the causes that are predicted', async () => {
  const predicted = explainChange({ device, a, b, batch: 1 });
  const { explanation, stale } = await measure(0);
  expect(explanation.basis).toBe('measured');
  expect(explanation.difference_us).toBeCloseTo(predicted.difference_us, 3);
  expect(explanation.waterfall.map(({ cause }) => cause)).toEqual(
    predicted.waterfall.map(({ cause }) => cause),
  );
  expect(explanation.unexplained_share).toBeCloseTo(predicted.unexplained_share, 5);
  // The scripted processor is not the profile's.
  expect(stale.some((text) => text.includes('scripted processor'))).toBe(true);
});

test('what a kernel takes beyond the model is unexplained, and of that layer', async () => {
  const { explanation } = await measure(300);
  const [slow] = explanation.layers.toSorted((x, y) => unexplained(y.causes) - unexplained(x.causes));
  expect(slow?.layer).toBe('Conv2d_6_pointwise');
  expect(unexplained(slow?.causes ?? [])).toBeCloseTo(300 * model.network.scale, -1);
});

const unexplained = (causes: readonly { cause: string; delta_us: number }[]) =>
  causes.find(({ cause }) => cause === 'unexplained')?.delta_us ?? 0;
