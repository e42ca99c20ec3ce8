// The few networks that tell most of how a device differs from its priors.
import { mean } from 'simple-statistics';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { networkLatencyUs } from '../ladder/network-model.ts';
import { tableRung } from '../ladder/table.ts';
import type { Prior } from './fit-transfer.ts';

/** What is believed beforehand of every direction: small beside what one network tells. */
const RIDGE = 0.05;

/** Time by class, and of the whole, as a prior predicts them. */
function predicted({ model, network }: Prior, kernels: readonly Kernel[]) {
  const classesUs = new Map<string, number>();
  let kernelsUs = 0;
  for (const kernel of kernels) {
    const us = tableRung.predict(model, kernel).latencyUs;
    classesUs.set(kernel.kernelClass, (classesUs.get(kernel.kernelClass) ?? 0) + us);
    kernelsUs += us;
  }
  return { classesUs, kernelsUs, us: networkLatencyUs(network, { kernelsUs, kernels: kernels.length }) };
}

/**
 * By candidate: the share of each class in its time, over the root of that share's mean, so that rare classes count; and for
 * each further prior by how much it disagrees with the first, in the unit of its disagreements.
 */
function features(candidates: readonly (readonly Kernel[])[], priors: readonly Prior[]): number[][] {
  const [first, ...others] = priors.map((prior) => candidates.map((kernels) => predicted(prior, kernels)));
  if (first === undefined) throw new Error('no prior to choose networks by');
  const classes = [...new Set(first.flatMap(({ classesUs }) => [...classesUs.keys()]))];
  const columns = classes.map((name) => {
    const shares = first.map(({ classesUs, kernelsUs }) => (classesUs.get(name) ?? 0) / kernelsUs);
    const root = Math.sqrt(mean(shares));
    return shares.map((share) => share / root);
  });
  const disagreements = others.map((list) => {
    const logs = list.map(({ us }, i) => Math.log(us / (first[i]?.us ?? us)));
    const centre = mean(logs);
    const size = Math.sqrt(mean(logs.map((log) => (log - centre) ** 2)));
    return logs.map((log) => (size > 0 ? (log - centre) / size : 0));
  });
  const all = [...columns, ...disagreements];
  return candidates.map((_, i) => all.map((column) => column[i] as number));
}

/**
 * Chooses networks one after the other, each the one that is least foretold by those before it (greedy D-optimal design;
 * Fedorov, Theory of Optimal Experiments, 1972).
 * @param candidates the kernels of each
 * @returns places in `candidates`, the most telling first
 */
export function chooseNetworks(
  candidates: readonly (readonly Kernel[])[],
  priors: readonly Prior[],
  count: number,
): number[] {
  const points = features(candidates, priors);
  const size = points[0]?.length ?? 0;
  // The inverse of the information so far.
  const inverse = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i === j ? 1 / RIDGE : 0)),
  );
  const times = (point: readonly number[]) =>
    inverse.map((row) => row.reduce((sum, value, j) => sum + value * (point[j] as number), 0));
  const chosen: number[] = [];
  while (chosen.length < Math.min(count, points.length)) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    points.forEach((point, i) => {
      if (chosen.includes(i)) return;
      const told = times(point).reduce((sum, value, j) => sum + value * (point[j] as number), 0);
      if (told > most) [best, most] = [i, told];
    });
    chosen.push(best);
    // Sherman–Morrison.
    const direction = times(points[best] as number[]);
    for (let i = 0; i < size; i++) {
      const row = inverse[i] as number[];
      for (let j = 0; j < size; j++) {
        row[j] = (row[j] as number) - ((direction[i] as number) * (direction[j] as number)) / (1 + most);
      }
    }
  }
  return chosen;
}
