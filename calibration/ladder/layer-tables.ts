import {
  channelShape,
  type KernelSample,
  kernelKey,
  type LayerTableModel,
  predictKernel,
  type TableModel,
} from './kernel-model.ts';
import { fitResidualTable, type Residual } from './residual-table.ts';

/** A kernel needs this many samples, each of other widths, for a table of its own. */
const MIN_LAYER_SAMPLES = 8;

/**
 * Rung 5, for one network: what the table of each kernel's class misses in that very kernel, over the widths it was
 * measured at. Where it lies in the network (which caches hold its input) is then part of its time.
 * @param samples of one network at many widths; others of the same names and sizes would count as the same kernel
 */
export function fitLayerTables(samples: readonly KernelSample[], base: TableModel): LayerTableModel {
  const byKernel = new Map<string, Residual[]>();
  for (const { kernel, latencyUs } of samples) {
    const key = kernelKey(kernel);
    const list = byKernel.get(key) ?? [];
    byKernel.set(key, list);
    list.push({
      shape: channelShape(kernel),
      log: Math.log(latencyUs / predictKernel(base, kernel).latencyUs),
    });
  }
  const layers: LayerTableModel['layers'] = {};
  for (const [key, list] of [...byKernel].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (list.length >= MIN_LAYER_SAMPLES) layers[key] = fitResidualTable(list);
  }
  return { rung: 'layer-table', base, layers };
}
