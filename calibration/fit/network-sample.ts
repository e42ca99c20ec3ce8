// Networks as they were measured, with the kernels that predictions of them are sums of.
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { rulesNamed } from '../../network/lowering/rules.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { groupBy } from '../../records/group-by.ts';
import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';
import { datasheetDevice } from '../datasheet-devices.ts';
import { type KernelModel, predictKernel } from '../ladder/ladder.ts';
import { type NetworkModel, networkLatencyUs } from '../ladder/network-model.ts';
import { networkId } from './load-times.ts';

/** A measured network, its latency in the session's typical state, with what predictions need of it. */
export interface NetworkSample {
  readonly record: NetworkRecord;
  /** As the lowering rules make them at the sample's widths. */
  readonly kernels: readonly Kernel[];
  /** In µs, on the p100 and v100 datasheets, morph-net view. */
  readonly datasheetUs: { readonly p100: number; readonly v100: number };
}

/** Lowerings that samples of one network share: planning its channels takes longer than lowering one. */
const lowerings = new WeakMap<Network, Map<string, Lowering>>();

function loweringOf(network: Network, rules: string, batch: number): Lowering {
  const known = lowerings.get(network) ?? new Map<string, Lowering>();
  lowerings.set(network, known);
  const key = `${rules} ${batch}`;
  const lowering = known.get(key) ?? new Lowering(network, rulesNamed(rules), batch);
  known.set(key, lowering);
  return lowering;
}

/** The sample at its widths: lowered kernels and datasheet latencies. */
export function networkSample(
  record: NetworkRecord,
  network: Network,
  plan: ChannelPlan,
  widths: Int32Array,
  rules: string,
  batch: number,
): NetworkSample {
  const ns = new Float64Array(2);
  const roofs = ['p100', 'v100'].map((name) => datasheetDevice(name) as never);
  new MorphNetView(plan, batch).totals(widths, roofs, ns);
  return {
    record,
    kernels: loweringOf(network, rules, batch).kernels(widths),
    datasheetUs: { p100: (ns[0] as number) / 1e3, v100: (ns[1] as number) / 1e3 },
  };
}

export interface NetworkSet {
  readonly samples: readonly NetworkSample[];
  readonly measuredUs: readonly number[];
}

export function sumOf(model: KernelModel, sample: NetworkSample) {
  let kernelsUs = 0;
  for (const kernel of sample.kernels) kernelsUs += predictKernel(model, kernel).latencyUs;
  return { kernelsUs, kernels: sample.kernels.length };
}

export function predictions(model: KernelModel, network: NetworkModel, set: NetworkSet): number[] {
  return set.samples.map((sample) => networkLatencyUs(network, sumOf(model, sample)));
}

/** Σ of the recorded kernels of networks, and their whole latencies, of those that have any. */
export function recordedSums(kernels: readonly KernelRecord[], networks: readonly NetworkRecord[]) {
  const byNetwork = groupBy(kernels, networkId);
  return networks.flatMap((record) => {
    const own = byNetwork.get(networkId(record));
    if (own === undefined) return [];
    const foreseenUs = own.reduce((sum, { latency_us }) => sum + latency_us, 0);
    const { unforeseen, unforeseen_share: share, latency_us: latencyUs } = record;
    // What ran otherwise than foreseen is part of the whole.
    const kernelsUs = foreseenUs / (1 - (share ?? 0));
    return [{ kernelsUs, kernels: own.length + (unforeseen ?? 0), latencyUs }];
  });
}
