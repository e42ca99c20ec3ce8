// Kernel model and network model of a device, from a prior and the few networks that were measured there.
import { median } from 'simple-statistics';
import { networkId } from '../fit/load-times.ts';
import { type NetworkSample, sumOf } from '../fit/network-sample.ts';
import { channelShape } from '../ladder/channel-shape.ts';
import type { KernelSample } from '../ladder/kernel-sample.ts';
import type { NetworkModel } from '../ladder/network-model.ts';
import { fitResidualTable } from '../ladder/residual-fit.ts';
import { sortedGroups } from '../ladder/sorted-groups.ts';
import { type TableModel, tableRung } from '../ladder/table.ts';
import { type ClassFactors, classFactors } from './class-factors.ts';
import { shiftedModel } from './shifted-model.ts';

/** What a prior says of its own device. */
export interface Prior {
  readonly model: TableModel;
  readonly network: NetworkModel;
}

/** What was measured here. */
export interface TransferData {
  /** Of `networks`. */
  readonly kernels: readonly KernelSample[];
  readonly networks: readonly NetworkSample[];
}

export interface TransferFit extends Prior {
  readonly factors: ClassFactors;
}

/** A class needs this many kernels for a table of what its factor misses. */
const MIN_TABLE_KERNELS = 12;

const logOf = (model: TableModel, { kernel, latencyUs }: KernelSample) =>
  Math.log(latencyUs / tableRung.predict(model, kernel).latencyUs);

/** The kernel model alone. @throws Error without kernels */
function shifted(
  prior: TableModel,
  kernels: readonly KernelSample[],
): { factors: ClassFactors; model: TableModel } {
  const factors = classFactors(
    kernels.map((sample, i) => ({
      kernelClass: sample.kernel.kernelClass,
      log: logOf(prior, sample),
      network: sample.network ?? String(i),
    })),
  );
  const scaled = shiftedModel(prior, factors);
  const tables = sortedGroups(kernels, ({ kernel }) => kernel.kernelClass)
    .filter(([name, list]) => list.length >= MIN_TABLE_KERNELS && scaled.base.classes[name] !== undefined)
    .map(([name, list]) => {
      const residuals = list.map((sample) => ({
        shape: channelShape(sample.kernel),
        log: logOf(scaled, sample),
      }));
      return [name, fitResidualTable(residuals)] as const;
    });
  return { factors, model: shiftedModel(prior, factors, Object.fromEntries(tables)) };
}

/** A network's kernels take at least this share of it. */
const LEAST_KERNELS = 0.1;

/**
 * What runs between kernels is the prior's at the common factor, and the scale of their sum is fitted: a handful of networks
 * tells no two of them apart.
 */
function networkModelOf(
  prior: NetworkModel,
  model: TableModel,
  networks: readonly NetworkSample[],
  factor: number,
): NetworkModel {
  const perKernelUs = factor * prior.perKernelUs;
  const fixedUs = factor * (prior.fixedUs ?? 0);
  const scales = networks.map((sample) => {
    const { kernelsUs, kernels } = sumOf(model, sample);
    const us = sample.record.latency_us;
    return Math.max(LEAST_KERNELS * us, us - fixedUs - perKernelUs * kernels) / kernelsUs;
  });
  return { scale: median(scales), perKernelUs, ...(fixedUs > 0 ? { fixedUs } : {}) };
}

/**
 * @param data at least one network with its kernels
 * @throws Error without kernels
 */
export function fitTransfer(prior: Prior, { kernels, networks }: TransferData): TransferFit {
  const { factors, model } = shifted(prior.model, kernels);
  return { model, factors, network: networkModelOf(prior.network, model, networks, factors.common.factor) };
}

/** The same without one network. */
export function withoutNetwork({ kernels, networks }: TransferData, left: NetworkSample): TransferData {
  const id = networkId(left.record);
  return {
    kernels: kernels.filter(({ network }) => network !== id),
    networks: networks.filter((each) => each !== left),
  };
}
