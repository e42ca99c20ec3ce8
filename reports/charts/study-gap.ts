// Chart: bars of the layers that explain what FLOPs do not, one panel per device.
import { colour } from '../palette.ts';
import type { ChartSpec } from './theme.ts';

export interface GapPanel {
  readonly title: string;
  readonly layers: readonly { readonly name: string; readonly share: number }[];
}

const ROW = 19;

/** Layers by their share of what FLOPs do not explain, one panel per device. */
export function gapLayersChart(panels: readonly GapPanel[], panelWidth: number): ChartSpec {
  const chart: ChartSpec = {
    spacing: 30,
    hconcat: panels.map(({ title, layers }) => ({
      width: panelWidth,
      height: ROW * layers.length,
      title: { text: title },
      data: { values: layers },
      mark: { type: 'bar', size: 11, color: colour('blue') },
      encoding: {
        y: {
          field: 'name',
          type: 'nominal',
          sort: null,
          axis: { title: null, grid: false, labelLimit: 0 },
        },
        x: {
          field: 'share',
          type: 'quantitative',
          axis: { tickCount: 4, labelExpr: "format(100 * datum.value, '~') + ' %'", title: null },
        },
      },
    })),
  };
  return chart;
}
