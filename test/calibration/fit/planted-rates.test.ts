import { expect, test } from 'vitest';
import type { KernelSample } from '../../../calibration/ladder/kernel-sample.ts';
import { overheadRung } from '../../../calibration/ladder/overhead.ts';
import { probeNetworks } from '../../../calibration/propose/probe-networks.ts';
import { calibrate } from '../../../experiments/calibrate/calibrate.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { type Kernel, kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { TFJS_RULES } from '../../../network/lowering/rules.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { timingNoise } from '../../support/noise.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const RATE_GFLOPS = 80;
const BANDWIDTH_GBPS = 15;
const OVERHEAD_US = 4;

/** The planted device: overhead + max(FLOPs / rate, bytes / bandwidth), in µs. */
function plantedUs(kernel: Kernel): number {
  return OVERHEAD_US + Math.max(kernel.flops / RATE_GFLOPS, kernelBytes(kernel) / BANDWIDTH_GBPS) / 1e3;
}

function within(share: number, fitted: number, planted: number): void {
  expect(Math.abs(fitted / planted - 1), `${fitted} for ${planted}`).toBeLessThan(share);
}

test.each([1, 2, 3])('planted rates are recovered within 3 % from noisy kernels (seed %i)', (seed) => {
  const noise = timingNoise(seed, 0.05, 0.05);
  const lowering = new Lowering(zooNetwork('inception-v2'), TFJS_RULES);
  const plan = planChannels(zooNetwork('inception-v2'));
  const kernels: Kernel[] = [];
  for (let k = 0; k < 20; k++) kernels.push(...lowering.kernels(sampleWidths(plan, 'log-uniform', seed, k)));
  for (const probe of probeNetworks()) kernels.push(...new Lowering(probe, TFJS_RULES).kernels());
  const samples = kernels.map((kernel): KernelSample => ({ kernel, latencyUs: plantedUs(kernel) * noise() }));
  const fitted = overheadRung.fit(samples);
  within(0.03, fitted.computeRateGflops, RATE_GFLOPS);
  within(0.03, fitted.bandwidthGBps, BANDWIDTH_GBPS);
  within(0.03, fitted.overheadUs, OVERHEAD_US);
});

test('a whole calibration of a planted device recovers its rates and predicts networks it has not seen', async () => {
  const noise = timingNoise(5, 0.05, 0.05);
  const engine = scriptedEngine({ kernelUs: (kernel) => plantedUs(kernel) * noise() });
  const profile = await calibrate({
    engine,
    networks: [zooNetwork('inception-32')],
    batch: 1,
    seed: 1,
    budgetSeconds: 6,
    table: false,
    int8: false,
    out: temporaryFolder(),
  });
  within(0.03, profile.roofline.computeRateGflops, RATE_GFLOPS);
  within(0.03, profile.roofline.bandwidthGBps, BANDWIDTH_GBPS);
  within(0.03, profile.roofline.overheadUs, OVERHEAD_US);
  expect(profile.validation.mape).toBeLessThan(0.02);
  expect(profile.validation.spearman).toBeGreaterThan(0.99);
  expect(profile.validation.baselines.flops).toBeGreaterThan(profile.validation.mape);
});
