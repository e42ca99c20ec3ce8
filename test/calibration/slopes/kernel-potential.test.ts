import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chosenRung } from '../../../calibration/device-profile.ts';
import type { KernelModel } from '../../../calibration/ladder/ladder.ts';
import { openDevice } from '../../../calibration/open-device.ts';
import { KernelPotential, kernelSlopes } from '../../../calibration/slopes/kernel-potential.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { kernelAt } from '../../../network/lowering/kernel-at.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const device = openDevice('profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json');
if (device.kind !== 'measured') throw new Error('a measured profile');
const { profile } = device;
const rules = rulesNamed(profile.engine.rules);
const kernels = ['inception-v2', 'mobilenet-v1-1.0', 'resnet-v1-32'].flatMap((name) =>
  new Lowering(zooNetwork(name), rules).kernels(),
);
const ops = [...new Set(kernels.map(({ op }) => op))];

/** Costs nothing but the padded multiply-adds of blocked convolutions: 1 µs per MFLOP. */
const staircase: KernelModel = {
  rung: 'kernel-class',
  classes: Object.fromEntries(
    kernels.map(({ kernelClass }) => [
      kernelClass,
      {
        overheadUs: 2,
        usPerMflop: 1,
        inputUsPerMB: 0,
        outputUsPerMB: 0,
        weightUsPerMB: 0,
        unfoldedUsPerMB: 0,
        samples: 9,
        kernelError: 0,
      },
    ]),
  ),
  fallback: { rung: 'overhead', computeRateGflops: 1, bandwidthGBps: 1, overheadUs: 1, kernelError: 0 },
};

describe.each(profile.rungs.map(({ model }) => [model.rung, model] as const))(
  'on the rung %s',
  (_, model) => {
    test.each(ops)('the slopes of a %s are the derivatives of its potential', (op) => {
      const some = kernels.filter((kernel) => kernel.op === op);
      fc.assert(
        fc.property(
          fc.constantFrom(...some),
          fc.double({ min: 1, max: 400, noNaN: true }),
          fc.double({ min: 1, max: 400, noNaN: true }),
          (kernel, inputs, outputs) => {
            const potential = new KernelPotential(model, kernel, rules);
            const { perInputChannelUs, perOutputChannelUs } = potential.gradient(inputs, outputs);
            const step = 1e-4;
            const inputDifference =
              potential.latencyUs(inputs + step, outputs) - potential.latencyUs(inputs - step, outputs);
            const outputDifference =
              potential.latencyUs(inputs, outputs + step) - potential.latencyUs(inputs, outputs - step);
            const size = potential.latencyUs(inputs, outputs);
            expect((inputDifference / (2 * step) - perInputChannelUs) / size).toBeCloseTo(0, 4);
            expect((outputDifference / (2 * step) - perOutputChannelUs) / size).toBeCloseTo(0, 4);
          },
        ),
        { numRuns: 20 },
      );
    });
  },
);

test('a blocked convolution costs what its blocks do on average, per channel', () => {
  const blocked = kernels.filter(
    ({ op, layout, inputChannels }) => op === 'conv' && layout === 'nchwc' && inputChannels >= 64,
  );
  expect(blocked.length).toBeGreaterThan(20);
  for (const kernel of blocked) {
    const { inputChannels, outputChannels, flops } = kernel;
    const mflopPerPair = flops / inputChannels / outputChannels / 1e6;
    const slopes = kernelSlopes(staircase, kernel, rules);
    // Outputs are padded by 7.5 channels on average; inputs, which come in fours, by 6.
    expect(slopes.perInputChannelUs / (mflopPerPair * (outputChannels + 7.5))).toBeCloseTo(1, 9);
    expect(slopes.perOutputChannelUs / (mflopPerPair * (inputChannels + 6))).toBeCloseTo(1, 9);
    expect(slopes.latencyUs).toBeCloseTo(2 + mflopPerPair * (inputChannels + 6) * (outputChannels + 7.5), 6);
  }
});

test('a kernel whose outputs follow its inputs has one slope, and a linear one is its own potential', () => {
  const linear = kernels.find(({ op }) => op === 'max-pool') as Kernel;
  const model: KernelModel = { ...staircase, classes: {} };
  const potential = new KernelPotential(model, linear, rules);
  for (const channels of [16, 48, 128]) {
    const { perInputChannelUs, perOutputChannelUs } = potential.gradient(channels, channels);
    expect(perInputChannelUs).toBe(0);
    expect(perOutputChannelUs * 16).toBeCloseTo(
      potential.tableUs(channels + 16, channels + 16) - potential.tableUs(channels, channels),
      9,
    );
    expect(potential.latencyUs(channels, channels)).toBeCloseTo(potential.tableUs(channels, channels), 9);
  }
});

test('with one channel the potential is the table', () => {
  const { model } = chosenRung(profile);
  const conv = kernels.find(({ kernelClass }) => kernelClass === 'conv 1x1/1 nchwc') as Kernel;
  const potential = new KernelPotential(model, kernelAt(conv, 1, 1, rules.channelBlock), rules);
  expect(potential.latencyUs(1, 1)).toBeCloseTo(potential.tableUs(1, 1), 9);
});
