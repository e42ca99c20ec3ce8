// The ladder: the one ordered list of rungs, and everything that follows from it.
import { z } from 'zod';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { kernelClassRung } from './kernel-class.ts';
import type { KernelPrediction } from './kernel-prediction.ts';
import type { KernelSample } from './kernel-sample.ts';
import { layerTableRung } from './layer-table.ts';
import { overheadRung } from './overhead.ts';
import { rooflineRung } from './roofline.ts';
import type { Jackknifed, Rung } from './rung.ts';
import { tableRung } from './table.ts';

/** From the simplest to the richest; each gets the model of the one before it. */
const LADDER = [rooflineRung, overheadRung, kernelClassRung, tableRung, layerTableRung] as const;

const [lowest, ...higher] = LADDER;

export const kernelModel = z.discriminatedUnion('rung', [
  lowest.schema,
  ...higher.map(({ schema }) => schema),
]);
export type KernelModel = z.infer<typeof kernelModel>;
export type RungName = KernelModel['rung'];

/** A rung, whichever: `ladder.test.ts` checks that each is given the models that it is made for. */
type AnyRung = Omit<Rung<KernelModel, KernelModel | undefined>, 'schema'>;
const rungs: readonly AnyRung[] = LADDER;

/** From the simplest to the richest. */
export const RUNGS = rungs.map(({ name }) => name);

const byName = Object.fromEntries(rungs.map((rung) => [rung.name, rung])) as Record<RungName, AnyRung>;

/** Time of one kernel, in µs. */
export function predictKernel(model: KernelModel, kernel: Kernel): KernelPrediction {
  return byName[model.rung].predict(model, kernel);
}

const rungsFor = (oneNetwork: boolean) => rungs.filter(({ ofOneNetwork }) => oneNetwork || !ofOneNetwork);

/**
 * Fits every rung to the same samples, each on the one below.
 * @param oneNetwork whether all samples are of one network, whose kernels may then be told by their names
 * @returns from the simplest to the richest
 */
export function fitLadder(samples: readonly KernelSample[], oneNetwork: boolean): KernelModel[] {
  let below: KernelModel | undefined;
  return rungsFor(oneNetwork).map((rung) => {
    below = rung.fit(samples, below);
    return below;
  });
}

/** As {@link fitLadder}, with intervals. */
export function jackknifeLadder(
  samples: readonly KernelSample[],
  oneNetwork: boolean,
): Jackknifed<KernelModel>[] {
  let below: Jackknifed<KernelModel | undefined> = { model: undefined, without: new Map(), byLoad: [] };
  return rungsFor(oneNetwork).map((rung) => {
    const jackknifed = rung.jackknife(samples, rung.fit(samples, below.model), below);
    below = jackknifed;
    return jackknifed;
  });
}

/** The model of one rung. @throws Error if there is none */
export function modelOf<Name extends RungName>(
  models: readonly KernelModel[],
  name: Name,
): Extract<KernelModel, { rung: Name }> {
  const found = models.find((model): model is Extract<KernelModel, { rung: Name }> => model.rung === name);
  if (found === undefined) throw new Error(`no model of the rung ${name}`);
  return found;
}
