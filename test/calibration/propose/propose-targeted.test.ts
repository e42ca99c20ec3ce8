import { expect, test } from 'vitest';
import { kernelClassRung } from '../../../calibration/ladder/kernel-class.ts';
import { overheadRung } from '../../../calibration/ladder/overhead.ts';
import { RESIDUAL_NOISE_VARIANCE, residualCovariance } from '../../../calibration/ladder/residual-prior.ts';
import { proposeTargeted } from '../../../calibration/propose/propose-targeted.ts';
import { ShapeUncertainty } from '../../../calibration/propose/shape-uncertainty.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { multipliedWidths } from '../../../network/sampling.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const shape = (inputChannels: number, outputChannels: number, outputPixels = 784) => {
  return { inputChannels, outputChannels, outputPixels };
};

test('one measurement leaves prior · noise / (prior + noise) at its shape', () => {
  const uncertainty = new ShapeUncertainty([shape(32, 64), shape(512, 512, 49)]);
  const prior = residualCovariance(shape(32, 64), shape(32, 64));
  expect(uncertainty.variance(0)).toBeCloseTo(prior, 12);
  expect(uncertainty.reduction(0, 0)).toBeCloseTo(prior ** 2 / (prior + RESIDUAL_NOISE_VARIANCE), 12);
  uncertainty.measure(shape(32, 64));
  const left = (prior * RESIDUAL_NOISE_VARIANCE) / (prior + RESIDUAL_NOISE_VARIANCE);
  expect(uncertainty.variance(0)).toBeCloseTo(left, 12);
  // Far away only the alignment part is shared.
  expect(uncertainty.variance(1)).toBeGreaterThan(prior / 2);
});

test('what two measurements leave is what the inverse of their covariance says', () => {
  const [x, a, b] = [shape(40, 40), shape(32, 48), shape(64, 40)];
  const uncertainty = new ShapeUncertainty([x]);
  uncertainty.measure(a);
  uncertainty.measure(b);
  const [aa, bb, ab] = [
    residualCovariance(a, a) + RESIDUAL_NOISE_VARIANCE,
    residualCovariance(b, b) + RESIDUAL_NOISE_VARIANCE,
    residualCovariance(a, b),
  ];
  const [xa, xb] = [residualCovariance(x, a), residualCovariance(x, b)];
  const explained = (xa * xa * bb - 2 * xa * xb * ab + xb * xb * aa) / (aa * bb - ab * ab);
  expect(uncertainty.variance(0)).toBeCloseTo(residualCovariance(x, x) - explained, 12);
});

const network = zooNetwork('inception-32');
const plan = planChannels(network);
const lowering = new Lowering(network, rulesNamed('onnxruntime-nchw16c'), 1);
const at = (alpha: number) => lowering.kernels(multipliedWidths(plan, alpha));
const modelOf = (kernels: readonly Kernel[]) => {
  const samples = kernels.map((kernel) => ({ kernel, latencyUs: 2 + kernel.flops / 1e5 }));
  return kernelClassRung.fit(samples, overheadRung.fit(samples));
};

test('the candidate that is unlike what was measured but like what is to be predicted comes first', () => {
  const measured = at(1);
  const candidates = [0.98, 0.07, 0.9].map((alpha) => ({ proposed: alpha, kernels: at(alpha) }));
  const targets = [0.06, 0.08].map((alpha) => ({ proposed: null, kernels: at(alpha) }));
  const chosen = proposeTargeted(candidates, targets, measured, modelOf(measured), 3);
  expect(chosen[0]).toBe(0.07);
  expect(new Set(chosen).size).toBe(3);
});

test('a class that was never sampled is sampled before others', () => {
  const convolution = at(1).filter(({ op }) => op === 'conv');
  const pools = at(0.5).filter(({ op }) => op !== 'conv');
  const candidates = [
    { proposed: 'seen', kernels: at(0.5).filter(({ op }) => op === 'conv') },
    { proposed: 'unseen', kernels: pools },
  ];
  const targets = [{ proposed: null, kernels: [...at(0.5)] }];
  expect(proposeTargeted(candidates, targets, convolution, modelOf(convolution), 1)).toEqual(['unseen']);
});
