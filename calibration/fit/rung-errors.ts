// Errors of each rung on networks that it was not fitted to, and the choice that is made by them.
import { compareRungs, type RungComparison, simplestWithinNoise } from '../ladder/choose-rung.ts';
import type { KernelSample } from '../ladder/kernel-sample.ts';
import { fitLadder, type KernelModel, type RungName } from '../ladder/ladder.ts';
import { fitNetworkModel, type NetworkModel } from '../ladder/network-model.ts';
import type { RungResult } from '../ladder/rung-result.ts';
import { requireKernels } from './kernel-samples.ts';
import { networkId } from './load-times.ts';
import { type NetworkSample, type NetworkSet, predictions, sumOf } from './network-sample.ts';

/** Of the networks to fit, each part is predicted by a fit to the others: more networks to choose a rung by. */
const FOLDS = 3;

const logErrors = (model: KernelModel, network: NetworkModel, set: NetworkSet) =>
  predictions(model, network, set).map((us, i) => Math.abs(Math.log(us / (set.measuredUs[i] as number))));

/** Every third network of a set, or all others. */
function part({ samples, measuredUs }: NetworkSet, fold: number, held: boolean): NetworkSet {
  const indices = samples.flatMap((_, i) => ((i % FOLDS === fold) === held ? [i] : []));
  return {
    samples: indices.map((i) => samples[i] as NetworkSample),
    measuredUs: indices.map((i) => measuredUs[i] as number),
  };
}

/** Errors of some networks by rung. */
type RungErrors = ReadonlyMap<RungName, readonly number[]>;

/**
 * Errors of the same rungs on some networks and on others, rung by rung.
 * @throws Error if they are not the same rungs
 */
export function joinErrors(some: RungErrors, others: RungErrors): RungErrors {
  const [names, otherNames] = [[...some.keys()], [...others.keys()]];
  if (names.length !== otherNames.length || names.some((name) => !others.has(name)))
    throw new Error(`errors of the rungs ${names.join(', ')} and of ${otherNames.join(', ')} are no pairs`);
  return new Map([...some].map(([name, list]) => [name, [...list, ...(others.get(name) as number[])]]));
}

/**
 * Errors of each rung on networks that it was not fitted to: those kept for choosing, and the others in turn.
 * @param samples that the rungs were fitted to
 * @param oneNetwork as for {@link fitLadder}
 * @param fixedUs of each inference, known beforehand
 * @returns |log(predicted / measured)| by rung, the same networks for all of them
 * @throws UserError where but for some networks there are no kernels
 */
export function heldOutErrors(
  rungs: readonly RungResult[],
  samples: readonly KernelSample[],
  { fit, choose }: Record<'fit' | 'choose', NetworkSet>,
  oneNetwork: boolean,
  fixedUs: number,
): RungErrors {
  let errors: RungErrors = new Map(
    rungs.map(({ model, network }) => [model.rung, logErrors(model, network, choose)]),
  );
  for (let fold = 0; fold < FOLDS; fold++) {
    const [held, others] = [part(fit, fold, true), part(fit, fold, false)];
    const left = new Set(held.samples.map(({ record }) => networkId(record)));
    const kept = requireKernels(samples.filter(({ network }) => !left.has(network as string)));
    const models = fitLadder(kept, oneNetwork);
    const ofFold = models.map((model): [RungName, number[]] => {
      const sums = others.samples.map((sample) => sumOf(model, sample));
      return [model.rung, logErrors(model, fitNetworkModel(sums, others.measuredUs, fixedUs), held)];
    });
    errors = joinErrors(errors, new Map(ofFold));
  }
  return errors;
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

function reasonFor(comparisons: ReadonlyMap<RungName, RungComparison>): string {
  const [first] = comparisons.values();
  const list = [...comparisons].map(([name, { error, excess, standardError }]) => {
    const worse = excess > 0 ? ` (${percent(excess)} ± ${percent(standardError)} worse)` : '';
    return `${name} ${percent(error)}${worse}`;
  });
  return `the simplest within one standard error of the best on ${first?.networks} networks it was not fitted to: ${list.join(', ')}`;
}

/**
 * The simplest rung within noise of the best, and why.
 * @param errors as {@link heldOutErrors} has them, of the same rungs
 * @returns beside it all rungs, each with its comparison
 */
export function chooseRung(
  rungs: readonly [RungResult, ...RungResult[]],
  errors: RungErrors,
): { rungs: [RungResult, ...RungResult[]]; chosen: RungResult; reason: string } {
  const comparisons = compareRungs(errors);
  const withComparison = (rung: RungResult): RungResult => {
    const comparison = comparisons.get(rung.model.rung);
    if (comparison === undefined) throw new Error(`no held-out errors of the rung ${rung.model.rung}`);
    return { ...rung, comparison };
  };
  const [lowest, ...higher] = rungs;
  const compared: [RungResult, ...RungResult[]] = [withComparison(lowest), ...higher.map(withComparison)];
  const name = simplestWithinNoise(comparisons);
  const chosen = compared.find(({ model }) => model.rung === name);
  if (chosen === undefined) throw new Error(`held-out errors of a rung that was not fitted: ${name}`);
  return { rungs: compared, chosen, reason: reasonFor(comparisons) };
}
