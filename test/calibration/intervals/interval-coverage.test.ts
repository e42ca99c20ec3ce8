import { expect, test } from 'vitest';
import type { Interval } from '../../../calibration/intervals/intervals.ts';
import { kernelClassRung } from '../../../calibration/ladder/kernel-class.ts';
import type { KernelSample } from '../../../calibration/ladder/kernel-sample.ts';
import { fitNetworkModel, networkIntervals } from '../../../calibration/ladder/network-model.ts';
import { overheadRung } from '../../../calibration/ladder/overhead.ts';
import { probeNetworks } from '../../../calibration/propose/probe-networks.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { type Kernel, kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { TFJS_RULES } from '../../../network/lowering/rules.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { uniformNoise } from '../../support/noise.ts';

const CALIBRATIONS = 200;
const LOADS = 3;
const NETWORKS = 30;
/** Relative standard deviations: of a kernel in a load, of all of a network in a load, of the machine in a load. */
const KERNEL_NOISE = 0.05;
const LOAD_SCALE = 0.03;
const DRIFT = 0.01;
const OUTLIERS = 0.02;

const PLANTED = { rate: 80, bandwidth: 15, overhead: 4, scale: 1.04, perKernel: 1.5 };

/** A roofline device: overhead + max(FLOPs / rate, bytes / bandwidth), in µs. */
const rooflineUs = (kernel: Kernel) =>
  PLANTED.overhead + Math.max(kernel.flops / PLANTED.rate, kernelBytes(kernel) / PLANTED.bandwidth) / 1e3;

const COSTS = { overheadUs: 5, usPerMflop: 12, inputUsPerMB: 60, outputUsPerMB: 40, weightUsPerMB: 30 };
const CLASS = 'conv 1x1/1 nhwc';

/** A device of additive costs, the same in all classes. */
const costUs = (kernel: Kernel) =>
  COSTS.overheadUs +
  (COSTS.usPerMflop * kernel.paddedFlops +
    COSTS.inputUsPerMB * kernel.inputBytes +
    COSTS.outputUsPerMB * kernel.outputBytes +
    COSTS.weightUsPerMB * kernel.weightBytes) /
    1e6;

const network = zooNetwork('inception-32');
const plan = planChannels(network);
const lowering = new Lowering(network, TFJS_RULES);
const probes = probeNetworks().map((probe) => new Lowering(probe, TFJS_RULES).kernels());

const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[1] as number;

/** One calibration as the profiler would reduce it: the median of the loads. */
function simulate(seed: number, trueUs: (kernel: Kernel) => number) {
  const uniform = uniformNoise(seed);
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const factor = (spread: number) => Math.exp(spread * normal());
  const drift = Array.from({ length: LOADS }, () => factor(DRIFT));
  const fits = Array.from({ length: NETWORKS }, (_, k) =>
    lowering.kernels(
      sampleWidths(
        plan,
        (['uniform', 'log-uniform', 'width-multiplier'] as const)[k % 3] ?? 'uniform',
        seed,
        k,
      ),
    ),
  );
  const samples = [...probes, ...fits].flatMap((kernels, id): KernelSample[] => {
    const scales = drift.map((each) => each * factor(LOAD_SCALE));
    return kernels.map((kernel) => {
      const us = trueUs(kernel) * (uniform() < OUTLIERS ? 2 : 1);
      const loadsUs = scales.map((scale) => us * scale * factor(KERNEL_NOISE));
      return { kernel, latencyUs: middle(loadsUs), loadsUs, network: String(id - probes.length) };
    });
  });
  const networkLoadsUs = fits.map((kernels) => {
    const sum = kernels.reduce((total, kernel) => total + trueUs(kernel), 0);
    const us = PLANTED.scale * sum + PLANTED.perKernel * kernels.length;
    return drift.map((each) => us * each * factor(LOAD_SCALE));
  });
  return { samples, fits, networkLoadsUs };
}

/** How many of the intervals of each parameter hold what was planted. */
class Coverage {
  private readonly counts = new Map<string, number>();

  add(name: string, interval: Interval | undefined, planted: number): void {
    const covered = interval != null && interval.low <= planted && planted <= interval.high;
    this.counts.set(name, (this.counts.get(name) ?? 0) + (covered ? 1 : 0));
  }

  shares(): Record<string, number> {
    return Object.fromEntries([...this.counts].map(([name, count]) => [name, count / CALIBRATIONS]));
  }
}

function expectNominal(shares: Record<string, number>): void {
  for (const [name, share] of Object.entries(shares)) {
    expect(share, `${name}: ${JSON.stringify(shares)}`).toBeGreaterThanOrEqual(0.9);
    expect(share, `${name}: ${JSON.stringify(shares)}`).toBeLessThanOrEqual(0.99);
  }
}

test('95 % intervals of a roofline hold the planted rates in 90 to 99 % of 200 calibrations', () => {
  const coverage = new Coverage();
  for (let seed = 1; seed <= CALIBRATIONS; seed++) {
    const { samples } = simulate(seed, rooflineUs);
    const { intervals } = overheadRung.jackknife(samples, overheadRung.fit(samples)).model;
    coverage.add('compute rate', intervals?.computeRateGflops, PLANTED.rate);
    coverage.add('bandwidth', intervals?.bandwidthGBps, PLANTED.bandwidth);
    coverage.add('overhead', intervals?.overheadUs, PLANTED.overhead);
  }
  expectNominal(coverage.shares());
}, 60_000);

test('95 % intervals of class costs and of the network model hold what was planted as often', () => {
  const coverage = new Coverage();
  for (let seed = 1; seed <= CALIBRATIONS; seed++) {
    const { samples, fits, networkLoadsUs } = simulate(1000 + seed, costUs);
    const fallback = { model: overheadRung.fit(samples.slice(0, 40)), without: new Map(), byLoad: [] };
    const { model, without, byLoad } = kernelClassRung.jackknife(
      samples,
      kernelClassRung.fit(samples, fallback.model),
      {
        ...fallback,
        byLoad: Array.from({ length: LOADS }, () => fallback.model),
      },
    );
    const sumsBy = ({ classes }: typeof model) =>
      fits.map((kernels) => ({
        kernels: kernels.length,
        kernelsUs: kernels.reduce((sum, kernel) => {
          const cost = classes[kernel.kernelClass];
          if (cost === undefined) throw new Error(kernel.kernelClass);
          const traffic =
            cost.inputUsPerMB * kernel.inputBytes +
            cost.outputUsPerMB * kernel.outputBytes +
            cost.weightUsPerMB * kernel.weightBytes;
          return sum + cost.overheadUs + (cost.usPerMflop * kernel.paddedFlops + traffic) / 1e6;
        }, 0),
      }));
    const measuredUs = networkLoadsUs.map(middle);
    const sums = sumsBy(model);
    const intervals = networkIntervals(fitNetworkModel(sums, measuredUs), {
      ids: fits.map((_, k) => String(k)),
      measuredUs,
      sums,
      sumsWithout: new Map([...without].map(([id, moved]) => [id, sumsBy(moved)])),
      byLoad: byLoad.map((moved, load) => ({
        sums: sumsBy(moved),
        measuredUs: networkLoadsUs.map((loads) => loads[load] as number),
      })),
    });
    coverage.add('scale', intervals.scale, PLANTED.scale);
    coverage.add('per kernel', intervals.perKernelUs, PLANTED.perKernel);
    const ofClass = model.classes[CLASS]?.intervals;
    for (const name of Object.keys(COSTS) as (keyof typeof COSTS)[]) {
      coverage.add(name, ofClass?.[name], COSTS[name]);
    }
  }
  expectNominal(coverage.shares());
}, 60_000);
