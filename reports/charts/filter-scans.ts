// Chart: latency of the whole network over the width of each of its layers.
import type { FilterScan } from '../../experiments/filter-cost/filter-cost.ts';
import { colour, seriesColour } from '../palette.ts';
import type { ChartSpec } from './theme.ts';

const PANEL = { width: 216, height: 84 };
const LONGEST_TITLE = 32;

/** The end of a layer's name says which it is. */
function shortened(name: string): string {
  return name.length <= LONGEST_TITLE ? name : `…${name.slice(1 - LONGEST_TITLE)}`;
}

/**
 * Latency of the whole network over the width of each layer, one small panel per layer in the network's order, as a
 * change from the present width, which a vertical line marks; dots are the cheap widths: no wider one costs less.
 * @param scans of every layer and device
 */
export function filterScansChart(scans: readonly FilterScan[], columns = 4): ChartSpec {
  const devices = [...new Set(scans.map(({ device }) => device))];
  const layers = [...new Set(scans.map(({ layer }) => layer))];
  const values = scans.flatMap(
    ({ layer, width: present, device, latencyUs: presentUs, points, cheapWidths }) => {
      const cheap = new Set(cheapWidths);
      // Where every width is cheap a dot on each would say nothing.
      const marks = cheap.size <= 0.6 * points.length;
      return points.map(({ width, latencyUs }) => ({
        layer,
        device,
        width,
        present,
        latency_us: Number(latencyUs.toPrecision(7)),
        change: Number((latencyUs / presentUs - 1).toPrecision(5)),
        cheap: marks && cheap.has(width),
      }));
    },
  );
  const colours = {
    field: 'device',
    type: 'nominal',
    scale: { domain: devices, range: devices.map((_, index) => seriesColour(index)) },
    legend:
      devices.length < 2
        ? null
        : {
            title: null,
            orient: 'top',
            direction: 'horizontal',
            symbolType: 'stroke',
            symbolStrokeWidth: 2.5,
            labelColor: colour('ink'),
            labelFontSize: 12.5,
            labelLimit: 400,
            columnPadding: 24,
            offset: 18,
          },
  } as const;
  const change = {
    field: 'change',
    type: 'quantitative',
    scale: { nice: true },
    axis: {
      title: null,
      tickCount: 3,
      labelExpr: "(datum.value === 0 ? '0' : format(100 * datum.value, '+~')) + ' %'",
      minExtent: 50,
      maxExtent: 50,
    },
  } as const;
  const titles = Object.fromEntries(layers.map((layer) => [layer, shortened(layer)]));
  return {
    data: { values },
    columns: Math.min(columns, Math.max(1, layers.length)),
    spacing: { row: 22, column: 14 },
    facet: {
      field: 'layer',
      type: 'nominal',
      sort: layers,
      header: {
        title: null,
        labelExpr: `(${JSON.stringify(titles)})[datum.value]`,
        labelAnchor: 'start',
        labelColor: colour('ink'),
        labelFontSize: 10.5,
        labelPadding: 5,
        // Vega, which guesses the lengths of texts, would cut them sooner than need be.
        labelLimit: 1000,
      },
    },
    spec: {
      ...PANEL,
      encoding: {
        x: {
          field: 'width',
          type: 'quantitative',
          scale: { zero: false, nice: false },
          axis: { title: null, tickCount: 4, format: 'd', grid: false },
        },
      },
      layer: [
        {
          mark: { type: 'rule', color: colour('line'), strokeWidth: 1.25 },
          encoding: { x: { field: 'present', type: 'quantitative', aggregate: 'min' } },
        },
        {
          mark: { type: 'line', strokeWidth: 1.5, strokeJoin: 'round' },
          encoding: { y: change, color: colours },
        },
        {
          transform: [{ filter: 'datum.cheap' }],
          mark: { type: 'point', shape: 'circle', filled: true, size: 22, fillOpacity: 1 },
          encoding: { y: change, color: colours },
        },
      ],
    },
    resolve: { scale: { x: 'independent', y: 'independent' }, axis: { x: 'independent', y: 'independent' } },
  };
}
