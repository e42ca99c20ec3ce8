// A network's profile: every kernel of it measured in situ, beside what a device profile predicts.
import type { Device } from '../../calibration/device-profile.ts';
import { latencyPredictor, type NetworkPrediction } from '../../calibration/predict.ts';
import { driftSince, staleness } from '../../calibration/profile-match.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { type Kernel, kernelBytes } from '../../network/lowering/kernel.ts';
import type { Network } from '../../network/network.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { BlockMeasurement } from '../../profiler/timing/measure-networks.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { filterSlopes } from '../filter-cost/filter-slopes.ts';
import { sessionSentinel } from '../samples/session-sentinel.ts';
import { measureTogether, type ProfileMeasuring } from './measure-profile.ts';
import { type NetworkProfile, PROFILE_SCHEMA } from './network-profile.ts';

export interface ProfileOptions extends ProfileMeasuring {
  readonly network: Network;
}

/** What a device profile says of a network and its layers. */
interface PredictedNetwork {
  readonly latencyUs: number;
  readonly layers: ReadonlyMap<string, NetworkPrediction['layers'][number]>;
  /** What one more filter costs, by layer; layers of fixed width are not in it. */
  readonly filterUs: ReadonlyMap<string, number>;
}

function predictNetwork(network: Network, device: Device, batch: number): PredictedNetwork {
  const plan = planChannels(network);
  const { latencyUs, layers } = latencyPredictor(plan, device, { batch, view: 'deployed' }).detail(
    plan.fullWidths,
  );
  return {
    latencyUs,
    layers: new Map(layers.map((each) => [each.name, each])),
    filterUs: filterSlopes(plan, plan.fullWidths, device, batch),
  };
}

/** How much slower the machine is than when the profile was calibrated; null where nothing tells. */
function machineDrift(
  { measurer, network, device, batch }: ProfileOptions,
  { sentinelUs, pacing }: BlockMeasurement,
): number | null {
  if (device === undefined || sentinelUs === null) return null;
  const { family } = sessionSentinel(planChannels(network), device);
  const pacerUs = pacing?.referenceUs ?? null;
  return driftSince(device, { network: family, batch, engine: measurer.description, sentinelUs, pacerUs });
}

/** A kernel as profiles name it: its layer, and that it only moves that layer's data to another layout. */
const layerName = ({ name, op }: Kernel) => (op.startsWith('reorder') ? `${name} (${op})` : name);

/**
 * Measures a network and every kernel of it in situ, over several loads, beside what a device profile predicts: a measured
 * one must be of this engine.
 * @throws UserError for a profile of another engine
 */
export async function profileNetwork(options: ProfileOptions): Promise<NetworkProfile> {
  const { measurer, network, device, batch } = options;
  const { description } = measurer;
  const stale = device === undefined ? [] : staleness(device, description, await describeMachine());
  const block = await measureTogether(options, [network], true);
  const [result] = block.networks;
  if (result === undefined) throw new Error(`${network.name} was not measured`);
  const predicted = device === undefined ? null : predictNetwork(network, device, batch);
  const kernelsUs = result.kernels.reduce((sum, { latencyUs }) => sum + latencyUs, 0);
  return {
    schema: PROFILE_SCHEMA,
    network: network.name,
    engine: engineChoice(description),
    adapter: description.adapter,
    threads: description.threads,
    batch,
    latency_us: result.latencyUs,
    cold_us: result.coldUs,
    spread: result.spread,
    standard_error: result.standardError,
    repeatability: block.repeatability,
    kernels_us: kernelsUs,
    clock: description.clock,
    predicted_us: predicted?.latencyUs ?? null,
    drift_since_calibration: machineDrift(options, block),
    stale,
    loads: result.loads,
    rounds: result.rounds,
    disturbed: result.disturbed,
    layers: result.kernels.map(({ kernel, latencyUs, spread }) => {
      const name = layerName(kernel);
      return {
        name,
        kind: kernel.kernelClass,
        flops: kernel.flops,
        bytes: kernelBytes(kernel),
        latency_us: latencyUs,
        spread,
        share: latencyUs / kernelsUs,
        gflops_per_second: latencyUs > 0 ? kernel.flops / latencyUs / 1e3 : 0,
        predicted_us: predicted?.layers.get(name)?.latencyUs ?? null,
        bound: predicted?.layers.get(name)?.bound ?? null,
        us_per_filter: predicted?.filterUs.get(name) ?? null,
      };
    }),
  };
}
