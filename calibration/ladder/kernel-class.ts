// Rung 3: each kernel class has costs of its own.
import { z } from 'zod';
import { groupBy } from '../../records/group-by.ts';
import { type ClassCost, classCost, predictByCost } from './class-cost.ts';
import { fitClassCost, jackknifeClassCost, MIN_CLASS_SAMPLES, scaledRoofCost } from './class-cost-fit.ts';
import type { KernelSample } from './kernel-sample.ts';
import { type OverheadModel, overheadModel } from './overhead.ts';
import { predictRoof } from './roof.ts';
import type { Jackknifed, Rung } from './rung.ts';
import { networkOf } from './sample-clusters.ts';
import { sortedGroups } from './sorted-groups.ts';

export const kernelClassModel = z.object({
  rung: z.literal('kernel-class'),
  classes: z.record(z.string(), classCost),
  /** For classes without samples, which predictions name. */
  fallback: overheadModel,
});
export type KernelClassModel = z.infer<typeof kernelClassModel>;

type Classes = KernelClassModel['classes'];

/** Classes that were not fitted have no intervals, and are the same without any network. */
function jackknife(
  samples: readonly KernelSample[],
  model: KernelClassModel,
  fallback: Jackknifed<OverheadModel>,
): Jackknifed<KernelClassModel> {
  const identified = samples.map((sample, i) => ({ ...sample, network: networkOf(sample, i) }));
  const classes = { ...model.classes };
  const without = new Map(identified.map(({ network }) => [network, { ...model.classes }]));
  const byLoad = fallback.byLoad.map(() => ({ ...model.classes }));
  for (const [name, list] of groupBy(identified, ({ kernel }) => kernel.kernelClass)) {
    const cost = model.classes[name];
    if (cost === undefined || list.length < MIN_CLASS_SAMPLES) continue;
    const ofClass = jackknifeClassCost(list, cost, byLoad.length);
    classes[name] = ofClass.model;
    for (const [id, moved] of ofClass.without) (without.get(id) as Classes)[name] = moved;
    ofClass.byLoad.forEach((moved, load) => {
      (byLoad[load] as Classes)[name] = moved;
    });
  }
  const withClasses = (each: Classes) => ({ ...model, classes: each });
  return {
    model: { ...model, classes, fallback: fallback.model },
    without: new Map([...without].map(([id, each]) => [id, withClasses(each)])),
    byLoad: byLoad.map(withClasses),
  };
}

export const kernelClassRung = {
  name: 'kernel-class',
  schema: kernelClassModel,
  ofOneNetwork: false,
  fit(samples, fallback) {
    const classes = sortedGroups(samples, ({ kernel }) => kernel.kernelClass).map(
      ([name, list]): [string, ClassCost] => [
        name,
        list.length >= MIN_CLASS_SAMPLES ? fitClassCost(list) : scaledRoofCost(list, fallback),
      ],
    );
    return { rung: 'kernel-class', classes: Object.fromEntries(classes), fallback };
  },
  predict(model, kernel) {
    const cost = model.classes[kernel.kernelClass];
    return cost === undefined ? predictRoof(model.fallback, kernel) : predictByCost(cost, kernel);
  },
  jackknife,
} satisfies Rung<KernelClassModel, OverheadModel>;
