// Kernel samples as a jackknife takes them: clustered by network, and once more for each load.
import type { JackknifeInput } from '../intervals/jackknife.ts';
import type { KernelSample } from './kernel-sample.ts';

/** The network that a sample ran in; without one it is a network of its own. */
export const networkOf = ({ network }: KernelSample, i: number) => network ?? `kernel ${i}`;

/** Loads of the networks that have most of them; those measured in fewer, later, say nothing of loads. */
export function loadCount(samples: readonly KernelSample[]): number {
  return samples.reduce((most, { loadsUs }) => Math.max(most, loadsUs?.length ?? 0), 0);
}

/** @param loads as {@link loadCount} has it of all samples, these being some of them */
export function jackknifeInput(samples: readonly KernelSample[], loads: number): JackknifeInput {
  return {
    observations: samples.map(({ latencyUs }) => latencyUs),
    clusters: samples.map(networkOf),
    loads: Array.from({ length: loads }, (_, load) =>
      // Too short for the clock in that load, it says nothing of its own.
      samples.map(({ latencyUs, loadsUs }) => (loadsUs?.length === loads && loadsUs[load]) || latencyUs),
    ),
  };
}
