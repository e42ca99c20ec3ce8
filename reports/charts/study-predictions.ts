// Chart: measured latency against several predictions of it, one panel each.
import type { Unit } from '../number-format.ts';
import { colour } from '../palette.ts';
import { NETWORK_DOTS } from './network-dots.ts';
import { type ChartSpec, NUMBER_LABEL } from './theme.ts';

export interface PredictionPanel {
  readonly title: string;
  /** In µs, in the order of the measured ones. */
  readonly predictedUs: readonly number[];
}

/** Measured latency against what each panel predicts, one scale for both axes, and the line on which they agree. */
export function predictionPanelsChart(
  measuredUs: readonly number[],
  unit: Unit,
  panels: readonly PredictionPanel[],
  panelWidth: number,
): ChartSpec {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const us of [measuredUs, ...panels.map(({ predictedUs }) => predictedUs)].flat()) {
    low = Math.min(low, us / unit.base);
    high = Math.max(high, us / unit.base);
  }
  const scale = { domain: [low, high], zero: false, nice: true };
  const chart: ChartSpec = {
    spacing: 26,
    hconcat: panels.map(({ title, predictedUs }) => ({
      width: panelWidth,
      height: panelWidth,
      title: { text: [title, `↑ predicted (${unit.name})`] },
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          scale,
          axis: { tickCount: 5, labelExpr: NUMBER_LABEL, title: `measured (${unit.name}) →` },
        },
        y: {
          field: 'y',
          type: 'quantitative',
          scale,
          axis: { tickCount: 5, labelExpr: NUMBER_LABEL, title: null },
        },
      },
      layer: [
        {
          data: {
            values: measuredUs.map((us, i) => ({
              x: us / unit.base,
              y: (predictedUs[i] as number) / unit.base,
            })),
          },
          mark: NETWORK_DOTS,
        },
        {
          data: {
            values: [
              { x: low, y: low },
              { x: high, y: high },
            ],
          },
          mark: { type: 'line', color: colour('ink'), strokeWidth: 1 },
        },
      ],
    })),
  };
  return chart;
}
