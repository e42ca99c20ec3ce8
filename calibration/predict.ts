// Latency of a network at any widths on a device, in the view of either library or engine.
import type { ChannelPlan } from '../network/channel-plan.ts';
import { type Kernel, kernelBytes, kernelTitle } from '../network/lowering/kernel.ts';
import { kernelParameters } from '../network/lowering/kernel-parameters.ts';
import { Lowering } from '../network/lowering/lower.ts';
import { type LoweringRules, rulesNamed } from '../network/lowering/rules.ts';
import { MorphNetView } from '../network/morph-net-view.ts';
import type { Network } from '../network/network.ts';
import { float32LatencyNs, type Roof } from '../network/roofline.ts';
import { UserError } from '../records/user-error.ts';
import { chosenRung, type Device, type DeviceProfile } from './device-profile.ts';
import type { Bound } from './ladder/kernel-prediction.ts';
import { type KernelModel, predictKernel } from './ladder/ladder.ts';
import { type NetworkModel, type NetworkSum, networkLatencyUs } from './ladder/network-model.ts';
import { profiledLowering } from './profiled-network.ts';

/** Which ops a prediction counts: as written and as Google's library costs them, or as an engine runs them. */
export type View = 'morph-net' | 'deployed';

/** An op or a kernel of a predicted network; FLOPs are 2 per multiply-add. */
export interface LayerPrediction {
  readonly name: string;
  readonly kind: string;
  readonly flops: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly latencyUs: number;
  /** Null for a layer that the morph-net view does not cost. */
  readonly bound: Bound | null;
}

/** A network as predicted, whole and layer by layer. */
export interface NetworkPrediction {
  readonly latencyUs: number;
  readonly flops: number;
  readonly parameters: number;
  readonly layers: readonly LayerPrediction[];
  /** Kernel classes that the profile never saw; their times come from its roofline. */
  readonly unseenClasses: readonly string[];
  /** Kernels whose shapes lie outside the ranges that their class was sampled at. */
  readonly outsideDomain: readonly string[];
}

/** A prediction without its layers. */
export interface PredictionSummary extends Pick<NetworkPrediction, 'latencyUs' | 'flops' | 'parameters'> {
  /** Kernels of classes or shapes that the profile was not fitted on. */
  readonly kernelsOutside: number;
}

/** Latency of many width vectors of one network on one device. */
export interface LatencyPredictor {
  readonly view: View;
  /** In µs, at the given group widths of {@link plan}. */
  latencyUs(widths: Int32Array): number;
  /** As {@link detail}, at a fraction of its time: for thousands of width vectors. */
  summary(widths: Int32Array): PredictionSummary;
  /** Layer by layer, in the deployed view kernel by kernel; their times add up to the whole. */
  detail(widths: Int32Array): NetworkPrediction;
  readonly plan: ChannelPlan;
}

/** Datasheet devices default to what the talk plotted, measured ones to what really runs. */
export function defaultView(device: Device): View {
  return device.kind === 'datasheet' ? 'morph-net' : 'deployed';
}

/** What Google's library counts, but that layers behind a flatten are as narrow as they are. */
function morphNetPredictor(plan: ChannelPlan, roof: Roof, batch: number): LatencyPredictor {
  const view = new MorphNetView(plan, batch, { compatibility: true, cutsAtFlatten: false });
  const uncosted = view.uncosted.map(
    ({ name, kind }): LayerPrediction => ({
      name,
      kind,
      flops: 0,
      parameters: 0,
      bytes: 0,
      latencyUs: 0,
      bound: null,
    }),
  );
  const place = ({ name }: LayerPrediction) => plan.layerIndex.get(name) as number;
  const ns = new Float64Array(1);
  const wholeUs = () => possible((ns[0] as number) / 1e3, plan.network.name, ns[0] === 0);
  return {
    view: 'morph-net',
    plan,
    latencyUs(widths) {
      view.totals(widths, [roof], ns);
      return wholeUs();
    },
    summary(widths) {
      const { flops, parameters } = view.totals(widths, [roof], ns);
      return { latencyUs: wholeUs(), flops, parameters, kernelsOutside: 0 };
    },
    detail(widths) {
      const layers = view.ops(widths).map((op): LayerPrediction => {
        const compute = op.flops / roof.computeRateGflops;
        const memory = op.bytes / roof.bandwidthGBps;
        return {
          ...op,
          latencyUs: float32LatencyNs(op, roof) / 1e3,
          bound: compute >= memory ? 'compute' : 'memory',
        };
      });
      const all = [...layers, ...uncosted].sort((a, b) => place(a) - place(b));
      const whole = summed(all, { unseenClasses: [], outsideDomain: [] });
      possible(whole.latencyUs, plan.network.name, whole.latencyUs === 0);
      return whole;
    },
  };
}

function summed(
  layers: readonly LayerPrediction[],
  outside: Pick<NetworkPrediction, 'unseenClasses' | 'outsideDomain'>,
): NetworkPrediction {
  const sum = (of: (layer: LayerPrediction) => number) =>
    layers.reduce((total, layer) => total + of(layer), 0);
  return {
    latencyUs: sum((layer) => layer.latencyUs),
    flops: sum((layer) => layer.flops),
    parameters: sum((layer) => layer.parameters),
    layers,
    ...outside,
  };
}

type Domain = DeviceProfile['domain'];

/** Whether a kernel's shape lies in the ranges that its class was sampled at. */
function isInside(kernel: Kernel, domain: Domain): boolean {
  const ranges = domain[kernel.kernelClass];
  if (ranges === undefined) return false;
  const within = (value: number, [least, most]: readonly [number, number]) => value >= least && value <= most;
  return (
    within(kernel.inputChannels, ranges.inputChannels) &&
    within(kernel.outputChannels, ranges.outputChannels) &&
    within(kernel.output.height * kernel.output.width, ranges.outputPixels)
  );
}

/** Thirty years. */
const LONGEST_US = 1e15;

/**
 * @param isNothing whether there is nothing to take time
 * @throws UserError for a latency that is none: broken profiles have numbers that multiply to such
 */
function possible(latencyUs: number, network: string, isNothing: boolean): number {
  if (latencyUs > 0 && latencyUs < LONGEST_US) return latencyUs;
  if (latencyUs === 0 && isNothing) return latencyUs;
  throw new UserError({
    got: `a device profile that predicts ${latencyUs} µs of ${network}`,
    expected: 'a time',
    fix: 'calibrate again or restore the file',
  });
}

/**
 * Predictor of one rung over the kernels of a lowering.
 * @param domain what the model was fitted on; without it nothing is reported as outside
 */
export function kernelPredictor(
  lowering: Lowering,
  model: KernelModel,
  network: NetworkModel,
  domain?: Domain,
): LatencyPredictor {
  const { name } = lowering.plan.network;
  const wholeUs = (sum: NetworkSum) => possible(networkLatencyUs(network, sum), name, sum.kernels === 0);
  return {
    view: 'deployed',
    plan: lowering.plan,
    latencyUs(widths) {
      const kernels = lowering.kernels(widths);
      let kernelsUs = 0;
      for (const kernel of kernels) kernelsUs += predictKernel(model, kernel).latencyUs;
      return wholeUs({ kernelsUs, kernels: kernels.length });
    },
    summary(widths) {
      const kernels = lowering.kernels(widths);
      let [kernelsUs, flops, parameters, kernelsOutside] = [0, 0, 0, 0];
      for (const kernel of kernels) {
        kernelsUs += predictKernel(model, kernel).latencyUs;
        flops += kernel.flops;
        parameters += kernelParameters(lowering.plan.network, kernel);
        if (domain !== undefined && !isInside(kernel, domain)) kernelsOutside++;
      }
      const latencyUs = wholeUs({ kernelsUs, kernels: kernels.length });
      return { latencyUs, flops, parameters, kernelsOutside };
    },
    detail(widths) {
      const kernels = lowering.kernels(widths);
      const unseen = new Set<string>();
      const outside: string[] = [];
      const layers = kernels.map((kernel: Kernel): LayerPrediction => {
        const { latencyUs, bound } = predictKernel(model, kernel);
        const name = kernelTitle(kernel);
        if (domain !== undefined && domain[kernel.kernelClass] === undefined) unseen.add(kernel.kernelClass);
        else if (domain !== undefined && !isInside(kernel, domain)) outside.push(name);
        return {
          name,
          kind: kernel.kernelClass,
          flops: kernel.flops,
          parameters: kernelParameters(lowering.plan.network, kernel),
          bytes: kernelBytes(kernel),
          latencyUs,
          bound,
        };
      });
      const kernelsUs = layers.reduce((total, layer) => total + layer.latencyUs, 0);
      const latencyUs = wholeUs({ kernelsUs, kernels: kernels.length });
      // Layer times add up to the whole: each carries its share of what runs between kernels.
      const share = latencyUs / kernelsUs;
      const shared = layers.map((layer) => ({ ...layer, latencyUs: layer.latencyUs * share }));
      return { ...summed(shared, { unseenClasses: [...unseen], outsideDomain: outside }), latencyUs };
    },
  };
}

/** What predicts networks as deployed on a device: how kernels are made there, and what they take. */
export interface DeployedModel {
  readonly rules: LoweringRules;
  readonly kernels: KernelModel;
  readonly network: NetworkModel;
  /** What it was fitted on; of measured devices. */
  readonly domain?: Domain;
}

/**
 * The chosen rung of a measured profile, with the rules and batch semantics that it was measured with; of a datasheet
 * device its roofline, for kernels as tfjs makes them.
 */
export function deployedModel(device: Device): DeployedModel {
  if (device.kind === 'measured') {
    const { profile } = device;
    const { model, network } = chosenRung(profile);
    return { rules: rulesNamed(profile.engine.rules), kernels: model, network, domain: profile.domain };
  }
  const { computeRateGflops, bandwidthGBps } = device.device;
  return {
    rules: rulesNamed('tfjs'),
    kernels: { rung: 'roofline', computeRateGflops, bandwidthGBps, overheadUs: 0, kernelError: 0 },
    network: { scale: 1, perKernelUs: 0 },
  };
}

function deployedPredictor(network: Network, device: Device, batch: number): LatencyPredictor {
  const { rules, kernels, network: sum, domain } = deployedModel(device);
  // A profile of networks in 8 bits speaks of any network in them.
  const lowering =
    device.kind === 'measured'
      ? profiledLowering(network, device.profile, batch)
      : new Lowering(network, rules, batch);
  return kernelPredictor(lowering, kernels, sum, domain);
}

/**
 * What every rung of a profile predicts, each network made of kernels once for all of them.
 * @returns latency in µs by rung, for group widths of the network's plan; it throws a UserError for one that is no time
 */
export function rungPredictor(
  network: Network,
  profile: DeviceProfile,
  batch: number,
): (widths: Int32Array) => Record<string, number> {
  const lowering = profiledLowering(network, profile, batch);
  return (widths) => {
    const kernels = lowering.kernels(widths);
    return Object.fromEntries(
      profile.rungs.map(({ model, network: sum }) => {
        const kernelsUs = kernels.reduce((us, kernel) => us + predictKernel(model, kernel).latencyUs, 0);
        const us = networkLatencyUs(sum, { kernelsUs, kernels: kernels.length });
        return [model.rung, possible(us, network.name, kernels.length === 0)];
      }),
    );
  };
}

/**
 * A predictor of a network's latency on a device.
 * @param plan channels of the network as written
 * @param options batch: 1 by default; view: morph-net on a measured device uses its fitted roofline, deployed on a
 * datasheet device lowers as tfjs does (fused, batch norms folded) and uses the datasheet's roofline
 */
export function latencyPredictor(
  plan: ChannelPlan,
  device: Device,
  options: { batch?: number; view?: View } = {},
): LatencyPredictor {
  const batch = options.batch ?? 1;
  const view = options.view ?? defaultView(device);
  if (view === 'deployed') return deployedPredictor(plan.network, device, batch);
  return morphNetPredictor(plan, device.kind === 'measured' ? device.profile.roofline : device.device, batch);
}
