// Rung 5, for one network: what the table of each kernel's class misses in that very kernel.
import { z } from 'zod';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { channelShape } from './channel-shape.ts';
import type { KernelSample } from './kernel-sample.ts';
import { fitResidualTable } from './residual-fit.ts';
import { type ResidualTable, residualAt, residualTable } from './residual-table.ts';
import type { Rung } from './rung.ts';
import { sortedGroups } from './sorted-groups.ts';
import { type TableModel, tableModel, tableRung } from './table.ts';

export const layerTableModel = z.object({
  rung: z.literal('layer-table'),
  base: tableModel,
  /** By kernel as `kernelKey` names it: what the table of its class misses in this network's own kernel. */
  layers: z.record(z.string(), residualTable),
});
export type LayerTableModel = z.infer<typeof layerTableModel>;

/** Names one kernel of one network, whatever its widths. */
function kernelKey({ name, kernelClass, output }: Kernel): string {
  return `${name} ${kernelClass} ${output.height}x${output.width}`;
}

/** A kernel needs this many samples, each of other widths, for a table of its own. */
const MIN_LAYER_SAMPLES = 8;

/** Where a kernel lies in its network (which caches hold its input) is part of its time. */
export const layerTableRung = {
  name: 'layer-table',
  schema: layerTableModel,
  ofOneNetwork: true,
  fit(samples, base) {
    const residualOf = ({ kernel, latencyUs }: KernelSample) => ({
      shape: channelShape(kernel),
      log: Math.log(latencyUs / tableRung.predict(base, kernel).latencyUs),
    });
    const layers = sortedGroups(samples, ({ kernel }) => kernelKey(kernel))
      .filter(([, list]) => list.length >= MIN_LAYER_SAMPLES)
      .map(([key, list]): [string, ResidualTable] => [key, fitResidualTable(list.map(residualOf))]);
    return { rung: 'layer-table', base, layers: Object.fromEntries(layers) };
  },
  predict(model, kernel) {
    const base = tableRung.predict(model.base, kernel);
    const table = model.layers[kernelKey(kernel)];
    if (table !== undefined) base.latencyUs *= Math.exp(residualAt(table, channelShape(kernel)));
    return base;
  },
  /** Its uncertainty is that of the classes below; its own entries are held. */
  jackknife(_, model, { without, byLoad }) {
    const on = (base: TableModel): LayerTableModel => ({ ...model, base });
    return {
      model,
      without: new Map([...without].map(([id, base]) => [id, on(base)])),
      byLoad: byLoad.map(on),
    };
  },
} satisfies Rung<LayerTableModel, TableModel>;
