import type { RungResult } from '../device-profile.ts';
import { networkId } from '../fit/load-times.ts';
import { type NetworkSample, type NetworkSet, predictions, sumOf } from '../fit/network-sample.ts';
import { type RungComparison, simplestWithinNoise } from './choose-rung.ts';
import { fitLadder } from './fit-ladder.ts';
import type { KernelModel, KernelSample } from './kernel-model.ts';
import { fitNetworkModel, type NetworkModel } from './network-model.ts';

/** Of the networks to fit, each part is predicted by a fit to the others: more networks to choose a rung by. */
const FOLDS = 3;

const logErrors = (model: KernelModel, network: NetworkModel, set: NetworkSet) =>
  predictions(model, network, set).map((us, i) => Math.abs(Math.log(us / (set.measuredUs[i] as number))));

/** Errors of each rung on networks that it was not fitted to: those kept for choosing, and the others in turn. */
export function heldOutErrors(
  rungs: readonly RungResult[],
  samples: readonly KernelSample[],
  { fit, choose }: Record<'fit' | 'choose', NetworkSet>,
  byLayer: boolean,
  fixedUs: number,
): number[][] {
  const errors = rungs.map(({ model, network }) => logErrors(model, network, choose));
  for (let fold = 0; fold < FOLDS; fold++) {
    const part = (held: boolean): NetworkSet => {
      const indices = fit.samples.flatMap((_, i) => ((i % FOLDS === fold) === held ? [i] : []));
      return {
        samples: indices.map((i) => fit.samples[i] as NetworkSample),
        measuredUs: indices.map((i) => fit.measuredUs[i] as number),
      };
    };
    const [held, others] = [part(true), part(false)];
    const left = new Set(held.samples.map(({ record }) => networkId(record)));
    const models = fitLadder(
      samples.filter(({ network }) => !left.has(network as string)),
      byLayer,
    );
    models.forEach((model, rung) => {
      const sums = others.samples.map((sample) => sumOf(model, sample));
      errors[rung]?.push(...logErrors(model, fitNetworkModel(sums, others.measuredUs, fixedUs), held));
    });
  }
  return errors;
}

/** The simplest rung within noise of the best, and why. */
export function choose(rungs: readonly RungResult[]): { chosen: RungResult; reason: string } {
  const comparisons = rungs.map(({ comparison }) => comparison as RungComparison);
  const chosen = rungs[simplestWithinNoise(comparisons)] as RungResult;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  const list = comparisons.map(
    ({ error, excess, standardError }, i) =>
      `${rungs[i]?.model.rung} ${percent(error)}${excess > 0 ? ` (${percent(excess)} ± ${percent(standardError)} worse)` : ''}`,
  );
  return {
    chosen,
    reason: `the simplest within one standard error of the best on ${comparisons[0]?.networks} networks it was not fitted to: ${list.join(', ')}`,
  };
}
