// A network's kernels with what each adds to its latency, predicted or measured.
import { predictKernel } from '../../calibration/ladder/ladder.ts';
import { kernelTerms, networkLatencyUs } from '../../calibration/ladder/network-model.ts';
import type { DeployedModel } from '../../calibration/predict.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import type { Network } from '../../network/network.ts';
import type { NetworkMeasurement } from '../../profiler/timing/measure-networks.ts';
import { KernelCosts } from './kernel-costs.ts';

export interface TimedKernel {
  readonly kernel: Kernel;
  readonly us: number;
}

/** A kernel that the lowering does not foresee, by the engine's own words. */
export interface OtherKernel {
  readonly name: string;
  readonly op: string;
  readonly us: number;
}

export interface TimedNetwork {
  readonly name: string;
  /** Of the network as deployed, whose layers kernels are named after. */
  readonly plan: ChannelPlan;
  readonly latencyUs: number;
  /** As a fraction; null for a prediction. */
  readonly standardError: number | null;
  readonly kernels: readonly TimedKernel[];
  readonly others: readonly OtherKernel[];
  /** What its kernels cost by the device's model. */
  readonly costs: KernelCosts;
}

/** A network as it is predicted: all its kernels, whose times and the fixed cost are its latency. */
export function predictedNetwork(
  { name, network }: { readonly name: string; readonly network: Network },
  model: DeployedModel,
  batch: number,
): TimedNetwork {
  const lowering = new Lowering(network, model.rules, batch);
  const kernels = lowering.kernels();
  const kernelsUs = kernels.reduce((sum, kernel) => sum + predictKernel(model.kernels, kernel).latencyUs, 0);
  const sum = { kernelsUs, kernels: kernels.length };
  const costs = new KernelCosts(model.kernels, model.rules.channelBlock, kernelTerms(model.network, sum));
  return {
    name,
    plan: lowering.plan,
    latencyUs: networkLatencyUs(model.network, sum),
    standardError: null,
    kernels: kernels.map((kernel) => ({ kernel, us: costs.predictUs(kernel) })),
    others: [],
    costs,
  };
}

/** The same network with the times that were measured: kernels that did not run are left out. */
export function measuredNetwork(predicted: TimedNetwork, measured: NetworkMeasurement): TimedNetwork {
  const { costs } = predicted;
  return {
    ...predicted,
    latencyUs: measured.latencyUs,
    standardError: measured.standardError,
    kernels: measured.kernels.map(({ kernel, latencyUs }) => ({ kernel, us: costs.inNetwork(latencyUs) })),
    others: measured.unforeseen.map(({ name, op, latencyUs }) => ({
      name,
      op,
      us: costs.inNetwork(latencyUs),
    })),
  };
}
