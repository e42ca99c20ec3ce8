// Factors by which a device's kernel classes are slower than a prior says, each shrunk to what all have in common.
import { mean, median } from 'simple-statistics';
import { groupBy } from '../../records/group-by.ts';
import { MAD_TO_SIGMA } from '../../records/robust-statistics.ts';
import type { ClassFactor } from '../class-factor.ts';

/** A measured kernel against the prior. */
export interface PriorResidual {
  readonly kernelClass: string;
  /** log(measured / predicted by the prior). */
  readonly log: number;
  /** Kernels of one network share its noise. */
  readonly network: string;
}

export interface ClassFactors {
  /** Of classes that nothing was measured of, and what the others are shrunk to. */
  readonly common: ClassFactor;
  readonly classes: Readonly<Record<string, ClassFactor>>;
}

const TWO_SIDED_95 = 1.96;
/** Kernels repeat no better than this, whatever a few of them say. */
const LEAST_SIGMA = 0.02;
/** Classes differ by no less: engines change one kernel at a time. */
const LEAST_BETWEEN = 0.03;

const robustSigma = (values: readonly number[], centre: number) =>
  MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - centre)));

function factorOf(log: number, standardError: number, kernels: number): ClassFactor {
  const margin = TWO_SIDED_95 * standardError;
  return { factor: Math.exp(log), low: Math.exp(log - margin), high: Math.exp(log + margin), kernels };
}

/**
 * A normal model of two levels (empirical Bayes; Efron & Morris, JASA 68, 1973): logs of classes scatter around a common one
 * by τ, those of kernels around their class's by σ, of which each network's share is one value.
 * @param residuals at least one
 */
export function classFactors(residuals: readonly PriorResidual[]): ClassFactors {
  const byClass = groupBy(residuals, ({ kernelClass }) => kernelClass);
  const classes = [...byClass].map(([name, list]) => {
    const logs = list.map(({ log }) => log);
    const centre = median(logs);
    const networks = new Set(list.map(({ network }) => network)).size;
    const sigma = Math.max(LEAST_SIGMA, robustSigma(logs, centre));
    return { name, centre, kernels: list.length, variance: sigma ** 2 / networks };
  });
  const common = median(classes.map(({ centre }) => centre));
  const scatter = mean(classes.map(({ centre, variance }) => (centre - common) ** 2 - variance));
  const between = Math.max(LEAST_BETWEEN ** 2, scatter);
  const ofClasses = classes.map(({ name, centre, kernels, variance }): [string, ClassFactor] => {
    const precision = 1 / variance + 1 / between;
    const log = (centre / variance + common / between) / precision;
    return [name, factorOf(log, Math.sqrt(1 / precision), kernels)];
  });
  return {
    common: factorOf(common, Math.sqrt(between), residuals.length),
    classes: Object.fromEntries(ofClasses),
  };
}
