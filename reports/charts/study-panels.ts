// Chart: FLOPs against latency of the same networks on several devices side by side.
import type { Unit } from '../number-format.ts';
import { NETWORK_DOTS } from './network-dots.ts';
import { type ChartSpec, NUMBER_LABEL } from './theme.ts';

export interface LatencyPanel {
  readonly title: string;
  readonly unit: Unit;
  /** In µs, in the order of the chart's FLOPs. */
  readonly latencyUs: readonly number[];
}

/** The same networks on several devices: FLOPs, one axis for all, against latency from zero. */
export function latencyPanelsChart(
  flops: readonly number[],
  flopsUnit: Unit,
  panels: readonly LatencyPanel[],
  panelWidth: number,
): ChartSpec {
  const most = Math.max(...flops) / flopsUnit.base;
  const chart: ChartSpec = {
    spacing: 26,
    hconcat: panels.map(({ title, unit, latencyUs }) => ({
      width: panelWidth,
      height: 280,
      title: { text: [title, `↑ latency (${unit.name})`] },
      data: {
        values: flops.map((f, i) => ({ x: f / flopsUnit.base, y: (latencyUs[i] as number) / unit.base })),
      },
      mark: NETWORK_DOTS,
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          scale: { domain: [0, most], nice: true },
          axis: { tickCount: 5, labelExpr: NUMBER_LABEL, title: `${flopsUnit.name} →` },
        },
        y: {
          field: 'y',
          type: 'quantitative',
          scale: { zero: true, nice: true },
          axis: { tickCount: 5, labelExpr: NUMBER_LABEL, title: null },
        },
      },
    })),
  };
  return chart;
}
