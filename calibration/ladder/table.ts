// Rung 4: what the costs of each class miss, as a table over channels and output size.
import { z } from 'zod';
import { channelShape } from './channel-shape.ts';
import { type KernelClassModel, kernelClassModel, kernelClassRung } from './kernel-class.ts';
import type { KernelSample } from './kernel-sample.ts';
import { fitResidualTable } from './residual-fit.ts';
import { type ResidualTable, residualAt, residualTable } from './residual-table.ts';
import type { Rung } from './rung.ts';
import { sortedGroups } from './sorted-groups.ts';

export const tableModel = z.object({
  rung: z.literal('table'),
  base: kernelClassModel,
  /** By kernel class: what its costs miss, where there were samples enough to tell. */
  residuals: z.record(z.string(), residualTable),
});
export type TableModel = z.infer<typeof tableModel>;

/** A class needs this many samples for a table. */
const MIN_TABLE_SAMPLES = 12;

export const tableRung = {
  name: 'table',
  schema: tableModel,
  ofOneNetwork: false,
  fit(samples, base) {
    const residualOf = ({ kernel, latencyUs }: KernelSample) => ({
      shape: channelShape(kernel),
      log: Math.log(latencyUs / kernelClassRung.predict(base, kernel).latencyUs),
    });
    const tables = sortedGroups(samples, ({ kernel }) => kernel.kernelClass)
      .filter(([name, list]) => list.length >= MIN_TABLE_SAMPLES && base.classes[name] !== undefined)
      .map(([name, list]): [string, ResidualTable] => [name, fitResidualTable(list.map(residualOf))]);
    return { rung: 'table', base, residuals: Object.fromEntries(tables) };
  },
  predict(model, kernel) {
    const base = kernelClassRung.predict(model.base, kernel);
    const table = model.residuals[kernel.kernelClass];
    if (table !== undefined) base.latencyUs *= Math.exp(residualAt(table, channelShape(kernel)));
    return base;
  },
  /** Its uncertainty is that of the classes below; its own entries are held. */
  jackknife(_, model, { without, byLoad }) {
    const on = (base: KernelClassModel): TableModel => ({ ...model, base });
    return {
      model,
      without: new Map([...without].map(([id, base]) => [id, on(base)])),
      byLoad: byLoad.map(on),
    };
  },
} satisfies Rung<TableModel, KernelClassModel>;
