// Chart: the share of each layer's channels that methods keep.
import type { SweepStructure } from '../../records/sweep.ts';
import { methodScale, methodTitle } from '../method-names.ts';
import { colour } from '../palette.ts';
import type { ChartSpec } from './theme.ts';

const ROW = 17;
const LONGEST_NAME = 44;

/**
 * Share of each layer's channels that methods keep when they shrink to the same budget, the mean over seeds, in the
 * network's order.
 * @param structures by method: widths of each seed's network
 * @param full widths of the seed network
 */
export function keptWidthsChart(
  structures: ReadonlyMap<string, readonly SweepStructure[]>,
  full: SweepStructure,
): ChartSpec {
  // Layers whose width cannot change say nothing.
  const layers = Object.keys(full).filter((layer) =>
    [...structures.values()].flat().some((widths) => widths[layer] !== full[layer]),
  );
  const values = [...structures].flatMap(([method, all]) =>
    layers.map((layer, order) => ({
      method: methodTitle(method),
      layer: layer.length <= LONGEST_NAME ? layer : `…${layer.slice(1 - LONGEST_NAME)}`,
      order,
      kept: all.reduce((sum, widths) => sum + (widths[layer] ?? 0) / (full[layer] as number), 0) / all.length,
    })),
  );
  return {
    width: 420,
    height: ROW * layers.length,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', color: colour('line') },
        encoding: {
          x: { aggregate: 'min', field: 'kept', type: 'quantitative' },
          x2: { aggregate: 'max', field: 'kept' },
          y: { field: 'layer', type: 'nominal', sort: { field: 'order' } },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 46, opacity: 1 },
        encoding: {
          x: {
            field: 'kept',
            type: 'quantitative',
            scale: { domain: [0, 1], nice: false },
            axis: { title: 'channels kept →', tickCount: 5, format: '~%' },
          },
          y: {
            field: 'layer',
            type: 'nominal',
            sort: { field: 'order' },
            axis: { title: null, labelLimit: 320 },
          },
          color: {
            field: 'method',
            type: 'nominal',
            scale: methodScale([...structures.keys()]),
            legend: {
              title: null,
              orient: 'top',
              direction: 'horizontal',
              labelLimit: 400,
              symbolOpacity: 1,
            },
          },
        },
      },
    ],
  };
}
