// Chart: cost of the alive network by epoch of shrinking, against the budget.
import { isShrinking, type MetricsRecord } from '../../records/training.ts';
import { colour } from '../palette.ts';
import { type ChartSpec, Y_LABELS } from './theme.ts';

/**
 * Cost of the alive network over that of the seed network while it shrinks, from the seed on.
 * @param budget cost to reach, as a share of the seed network's
 */
export function shrinkingCostChart(
  metrics: readonly MetricsRecord[],
  budget: number,
  width: number,
): ChartSpec {
  // Iterations come one after the other.
  const shrinking = metrics
    .filter(({ stage }) => isShrinking(stage))
    .sort((a, b) => a.stage.localeCompare(b.stage, 'en', { numeric: true }) || a.epoch - b.epoch)
    .map((row, index) => ({ ...row, epoch: index + 1 }));
  const steps = [
    { epoch: 0, cost: 1 },
    ...shrinking.map((row) => ({ epoch: row.epoch, cost: row.cost_ratio })),
  ];
  const last = steps.at(-1) ?? { epoch: 0, cost: 1 };
  return {
    width,
    height: 250,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: '↑ cost, of the seed network’s' },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative',
        scale: { domain: [0, Math.max(1, last.epoch)], nice: false },
        axis: { title: 'epochs of shrinking →', grid: false, tickMinStep: 1, tickCount: 6 },
      },
      y: {
        field: 'cost',
        type: 'quantitative',
        scale: { domain: [0, Math.max(1.05, ...steps.map(({ cost }) => cost))], nice: false },
        axis: { title: null, tickCount: 5, format: '.0%', ...Y_LABELS },
      },
    },
    layer: [
      {
        data: { values: [{ cost: budget, label: `budget ${(100 * budget).toFixed(0)} %` }] },
        layer: [
          {
            mark: { type: 'rule', color: colour('muted'), strokeDash: [4, 3] },
            encoding: { x: { value: 0 }, x2: { value: 'width' } },
          },
          {
            mark: { type: 'text', align: 'left', baseline: 'bottom', dy: -4, dx: 2 },
            encoding: { x: { value: 0 }, text: { field: 'label', type: 'nominal' } },
          },
        ],
      },
      {
        data: { values: steps },
        mark: {
          type: 'line',
          color: colour('blue'),
          strokeWidth: 2,
          point: { filled: true, size: 26, color: colour('blue') },
        },
      },
    ],
  };
}
