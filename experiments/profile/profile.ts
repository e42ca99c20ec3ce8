// A network's profile: every kernel of it measured in situ, beside what a device profile predicts.
import type { Device } from '../../calibration/device-profile.ts';
import { latencyPredictor, type NetworkPrediction } from '../../calibration/predict.ts';
import { driftSince, staleness } from '../../calibration/profile-match.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { kernelBytes, kernelTitle } from '../../network/lowering/kernel.ts';
import type { Network } from '../../network/network.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { BlockMeasurement, NetworkMeasurement } from '../../profiler/timing/measure-networks.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { groupBy } from '../../records/group-by.ts';
import { filterSlopes } from '../filter-cost/filter-slopes.ts';
import { sessionSentinel } from '../samples/session-sentinel.ts';
import { type MeasuredCase, measureTogether, type ProfileMeasuring } from './measure-profile.ts';
import {
  type MeasuredForm,
  type NetworkProfile,
  PROFILE_SCHEMA,
  type ProfiledLayer,
  type RecordedRun,
} from './network-profile.ts';

/** What is profiled, with what, for how long. */
export interface ProfileOptions extends ProfileMeasuring {
  readonly network: Network;
  /** The file that it was read of, to be timed as it is, the network deployed beside it. */
  readonly file?: string;
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

/** The kept run, its kernels by their places among those measured. */
function recordedRun({ kernels, unforeseen, typicalRun }: NetworkMeasurement): RecordedRun | null {
  if (typicalRun === undefined || typicalRun === null) return null;
  const rows = [
    ...kernels.map(({ kernel: { op, name } }) => `true ${op} ${name}`),
    ...unforeseen.map(({ op, name }) => `false ${op} ${name}`),
  ];
  const places = groupBy([...rows.keys()], (row) => rows[row] as string);
  return {
    wall_us: typicalRun.wallUs,
    kernels: typicalRun.kernels.flatMap(({ kernel, op, isUnforeseen, durationUs, startUs, workers = [] }) => {
      // Of several of one name, in the order in which they ran.
      const layer = places.get(`${!isUnforeseen} ${op} ${kernel}`)?.shift();
      return layer === undefined
        ? []
        : [{ layer, start_us: startUs ?? null, latency_us: durationUs, workers: [...workers] }];
    }),
  };
}

/** Kernels and the remainder add up to the whole. */
function measuredForm(
  form: MeasuredForm['form'],
  result: NetworkMeasurement,
  predicted: PredictedNetwork | null,
): MeasuredForm {
  const { latencyUs: wholeUs } = result;
  const totalUs = (list: readonly { latencyUs: number }[]) =>
    list.reduce((sum, { latencyUs }) => sum + latencyUs, 0);
  const unforeseenUs = totalUs(result.unforeseen);
  const kernelsUs = totalUs(result.kernels) + unforeseenUs;
  const timed = ({ latencyUs, spread }: { latencyUs: number; spread: number }) => ({
    latency_us: latencyUs,
    spread,
    share: latencyUs / wholeUs,
  });
  const layers = result.kernels.map((measured): ProfiledLayer => {
    const { kernel, latencyUs } = measured;
    const name = kernelTitle(kernel);
    return {
      name,
      // What only moves data computes no layer: it is of the one whose tensor it moves.
      layers: kernel.layers.length === 0 ? [kernel.name] : [...kernel.layers],
      kind: kernel.kernelClass,
      flops: kernel.flops,
      bytes: kernelBytes(kernel),
      ...timed(measured),
      gflops_per_second: latencyUs > 0 ? kernel.flops / latencyUs / 1e3 : 0,
      predicted_us: predicted?.layers.get(name)?.latencyUs ?? null,
      bound: predicted?.layers.get(name)?.bound ?? null,
      us_per_filter: predicted?.filterUs.get(name) ?? null,
    };
  });
  const others = result.unforeseen.map(
    (measured): ProfiledLayer => ({
      name: measured.name,
      layers: [measured.name],
      kind: `op:${measured.op}`,
      flops: null,
      bytes: null,
      ...timed(measured),
      gflops_per_second: null,
      predicted_us: null,
      bound: null,
      us_per_filter: null,
    }),
  );
  return {
    form,
    latency_us: wholeUs,
    cold_us: result.coldUs,
    spread: result.spread,
    standard_error: result.standardError,
    kernels_us: kernelsUs,
    remainder_us: wholeUs - kernelsUs,
    unforeseen_share: kernelsUs > 0 ? unforeseenUs / kernelsUs : 0,
    loads: result.loads,
    rounds: result.rounds,
    disturbed: result.disturbed,
    layers: [...layers, ...others],
    recorded_run: recordedRun(result),
  };
}

/**
 * Measures a network and every kernel of it in situ, over several loads, beside what a device profile predicts: a measured
 * one must be of this engine. Of a file, the file itself, and the network deployed in the same rounds.
 * @throws UserError for a profile of another engine, and for a file that the engine does not run
 */
export async function profileNetwork(options: ProfileOptions): Promise<NetworkProfile> {
  const { measurer, network, device, batch, file } = options;
  const { description } = measurer;
  const stale = device === undefined ? [] : staleness(device, description, await describeMachine());
  const cases: [MeasuredCase, ...MeasuredCase[]] =
    file === undefined ? [{ network }] : [{ network, file }, { network }];
  const block = await measureTogether(options, cases, true);
  const predicted = device === undefined ? null : predictNetwork(network, device, batch);
  const form = (index: number) => {
    const result = block.networks[index];
    if (result === undefined) throw new Error(`${network.name} was not measured`);
    return measuredForm(cases[index]?.file === undefined ? 'deployed' : 'file', result, predicted);
  };
  const first = form(0);
  const deployed = file === undefined ? null : form(1);
  return {
    schema: PROFILE_SCHEMA,
    network: network.name,
    engine: engineChoice(description),
    adapter: description.adapter,
    threads: description.threads,
    batch,
    ...first,
    repeatability: block.repeatability,
    clock: description.clock,
    predicted_us: predicted?.latencyUs ?? null,
    drift_since_calibration: machineDrift(options, block),
    stale,
    deployed,
    gain: deployed === null ? null : first.latency_us / deployed.latency_us,
  };
}
