import { describe, expect, test } from 'vitest';
import { chosenRung } from '../../../calibration/device-profile.ts';
import type { KernelModel } from '../../../calibration/ladder/ladder.ts';
import { openDevice } from '../../../calibration/open-device.ts';
import { KernelPotential } from '../../../calibration/slopes/kernel-potential.ts';
import { smoothingGaps } from '../../../calibration/slopes/smoothing-gap.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { kernelAt } from '../../../network/lowering/kernel-at.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

/** Of one profile: mean gap of kernels over all of its grid, and of whole networks. */
const BOUNDS: Readonly<Record<string, { kernels: number; networks: number }>> = {
  'inception-32': { kernels: 0.065, networks: 0.045 },
  'inception-v2': { kernels: 0.045, networks: 0.03 },
};

describe.each(Object.entries(BOUNDS))('the profile of %s', (name, bounds) => {
  const device = openDevice(`profiles/amd-epyc-onnxruntime-1-thread-${name}.json`);
  if (device.kind !== 'measured') throw new Error('a measured profile');
  const { profile } = device;
  const rules = rulesNamed(profile.engine.rules);
  const rung = chosenRung(profile);
  const plan = planChannels(zooNetwork(name));
  const lowering = new Lowering(plan.network, rules);

  test('records the gap of every class, small on average', () => {
    const { smoothing } = profile;
    expect(smoothing?.windowChannels).toBe(16);
    expect(Object.keys(smoothing?.classes ?? {})).toEqual(Object.keys(profile.domain).sort());
    const gaps = Object.values(smoothing?.classes ?? {});
    const points = gaps.reduce((sum, gap) => sum + gap.points, 0);
    expect(gaps.reduce((sum, gap) => sum + gap.mean * gap.points, 0) / points).toBeLessThan(bounds.kernels);
    // Where 16 channels are one block and 17 are two, a line through both is half of it off.
    expect(Math.max(...gaps.map((gap) => gap.max))).toBeLessThan(0.6);
    expect(smoothing?.networks.mean).toBeLessThan(bounds.networks);
  });

  test('keeps to what it records, on kernels of networks drawn anew', () => {
    let checked = 0;
    for (let sample = 1000; sample < 1012; sample++) {
      for (const kernel of lowering.kernels(sampleWidths(plan, 'uniform', 3, sample))) {
        const recorded = profile.smoothing?.classes[kernel.kernelClass];
        const { inputChannels, outputChannels, kernelClass } = kernel;
        const domain = profile.domain[kernelClass];
        if (recorded === undefined || domain === undefined) continue;
        const isInside =
          inputChannels >= domain.inputChannels[0] &&
          inputChannels <= domain.inputChannels[1] &&
          outputChannels >= domain.outputChannels[0] &&
          outputChannels <= domain.outputChannels[1];
        if (!isInside) continue;
        const potential = new KernelPotential(rung.model, kernel, rules);
        const ratio =
          potential.latencyUs(inputChannels, outputChannels) /
          potential.tableUs(inputChannels, outputChannels);
        expect(Math.abs(ratio - 1), `${kernel.name} ${kernelClass}`).toBeLessThan(
          1.15 * recorded.max + 0.005,
        );
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(200);
  });
});

test('a staircase of whole blocks is half a block off at its worst', () => {
  const rules = rulesNamed('onnxruntime-nchw16c');
  const conv = new Lowering(zooNetwork('inception-32'), rules)
    .kernels()
    .find(({ kernelClass }) => kernelClass === 'conv 1x1/1 nchwc');
  if (conv === undefined) throw new Error('a blocked convolution');
  const model: KernelModel = {
    rung: 'kernel-class',
    classes: {
      [conv.kernelClass]: {
        overheadUs: 0,
        usPerMflop: 1,
        inputUsPerMB: 0,
        outputUsPerMB: 0,
        weightUsPerMB: 0,
        unfoldedUsPerMB: 0,
        samples: 9,
        kernelError: 0,
      },
    },
    fallback: { rung: 'overhead', computeRateGflops: 1, bandwidthGBps: 1, overheadUs: 0, kernelError: 0 },
  };
  const ends = [16, 512].map((channels) => kernelAt(conv, 64, channels, 16));
  const { classes, networks } = smoothingGaps(
    { model, network: { scale: 2, perKernelUs: 0 } },
    ends,
    [[kernelAt(conv, 64, 512, 16)]],
    rules,
  );
  // Inputs: (64 + 6) / 64, as they come in fours; outputs: (16 + 7.5) / 16 at the worst, (512 + 7.5) / 512 at best.
  expect(classes[conv.kernelClass]?.max).toBeCloseTo(((64 + 6) / 64) * ((16 + 7.5) / 16) - 1, 3);
  expect(networks.mean).toBeCloseTo(((64 + 6) / 64) * ((512 + 7.5) / 512) - 1, 3);
  expect(networks.points).toBe(1);
});
