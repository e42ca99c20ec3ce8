// One case's latency and its standard error, from its rounds in several loads.
import { mean, sum } from 'simple-statistics';
import { weightedMedian } from '../../records/robust-statistics.ts';
import type { VarianceComponents } from './variance-components.ts';

/** Times of one case: loads × rounds. */
export type LoadTimes = readonly (readonly number[])[];

/** A latency, and its standard error as a fraction of it; null where a single time tells nothing of it. */
export interface LoadEstimate {
  readonly latencyUs: number;
  readonly standardError: number | null;
}

/**
 * Variance of the median of n normal values over that of their mean, exact up to n = 10 (Teichroew, Annals of
 * Mathematical Statistics 27, 1956), then its limit π/2.
 */
const MEDIAN_VARIANCE = [1, 1, 1, 1.346, 1.193, 1.434, 1.288, 1.473, 1.346, 1.495, 1.383];
const medianVariance = (n: number) => MEDIAN_VARIANCE[n] ?? Math.PI / 2;

/** Nothing tells rounds from loads: loads count alike. */
const LOADS_ALONE: VarianceComponents = { within: 0, between: 1 };

/** Of a case loaded once, rounds are all there is. */
const ROUNDS_ALONE: VarianceComponents = { within: 1, between: 0 };

function known(loads: LoadTimes, variances: VarianceComponents | null): VarianceComponents {
  if (loads.length === 1) return ROUNDS_ALONE;
  return variances === null || variances.within + variances.between === 0 ? LOADS_ALONE : variances;
}

/**
 * Log times' variance about their weighted mean over what the components say; each case is as noisy as its own times
 * show. Loads are the independent units, or rounds of the only load.
 */
function dispersion(logs: LoadTimes, weights: readonly number[]): number {
  const values = logs.map((load) => mean([...load]));
  const centre = sum(values.map((value, at) => value * (weights[at] as number))) / sum([...weights]);
  const squares = values.map((value, at) => (weights[at] as number) * (value - centre) ** 2);
  return sum(squares) / (values.length - 1);
}

/**
 * The median of all times, each load weighed by the inverse of its mean's variance, between + within / rounds: where loads
 * hardly differ all rounds count alike, where they differ by more than rounds do all loads. Its standard error is that
 * of the weighted mean, times what a median costs: of rounds fully, of loads as far as they outweigh the rounds.
 * @param loads at least one, each with a time at least
 * @param variances pooled over cases that were measured together
 */
export function estimateOf(loads: LoadTimes, variances: VarianceComponents | null): LoadEstimate {
  const { within, between } = known(loads, variances);
  const weights = loads.map(({ length }) => 1 / (between + within / length));
  const latencyUs = weightedMedian(
    loads.flat(),
    loads.flatMap((load, at) => load.map(() => (weights[at] as number) / load.length)),
  );
  const units = loads.length > 1 ? loads : (loads[0] ?? []).map((us) => [us]);
  if (units.length < 2) return { latencyUs, standardError: null };
  const unitWeights = units.map(({ length }) => 1 / (between + within / length));
  const logs = units.map((load) => load.map(Math.log));
  const squaredTotal = sum(unitWeights) ** 2;
  const ofLoads = (between * sum(unitWeights.map((weight) => weight ** 2))) / squaredTotal;
  const ofRounds =
    (within * sum(unitWeights.map((weight, at) => weight ** 2 / (units[at]?.length ?? 1)))) / squaredTotal;
  const loadsCost = 1 + ((medianVariance(units.length) - 1) * between) / (between + within);
  const roundsCost = medianVariance(units.flat().length);
  const variance = dispersion(logs, unitWeights) * (loadsCost * ofLoads + roundsCost * ofRounds);
  return { latencyUs, standardError: Math.sqrt(variance) };
}
