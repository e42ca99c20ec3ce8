import { median } from 'simple-statistics';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { rulesNamed } from '../../network/lowering/rules.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';
import { datasheetDevice } from '../datasheet-devices.ts';
import { type KernelModel, predictKernel } from '../ladder/kernel-model.ts';
import { type NetworkModel, networkLatencyUs } from '../ladder/network-model.ts';
import { networkId } from './load-times.ts';

/** A measured network with what predictions need of it. */
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

/** Latencies of all blocks on one scale: each divided by how slow its sentinel was. */
export function driftCorrectedUs(records: readonly NetworkRecord[]): number[] {
  if (records.length === 0) return [];
  const typical = median(records.map(({ sentinel_us }) => sentinel_us));
  return records.map(({ latency_us, sentinel_us }) => (latency_us * typical) / sentinel_us);
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
export function recordedSums(
  kernels: readonly KernelRecord[],
  networks: readonly NetworkRecord[],
  latenciesUs: readonly number[],
) {
  const sums = new Map<string, { kernelsUs: number; kernels: number }>();
  for (const kernel of kernels) {
    const id = networkId(kernel);
    const sum = sums.get(id) ?? { kernelsUs: 0, kernels: 0 };
    sum.kernelsUs += kernel.latency_us;
    sum.kernels++;
    sums.set(id, sum);
  }
  return networks.flatMap((record, i) => {
    const sum = sums.get(networkId(record));
    return sum === undefined ? [] : [{ ...sum, latencyUs: latenciesUs[i] as number }];
  });
}
