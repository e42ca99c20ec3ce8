// Chart: test accuracy against latency or FLOPs, by method.
import type { SweepGroup } from '../../experiments/sweep/sweep-summary.ts';
import type { SweepRecord } from '../../records/sweep.ts';
import { isMorphNet, methodScale, methodTitle } from '../method-names.ts';
import { numberFact, textFact } from './series.ts';
import type { ChartSpec } from './theme.ts';

/** The form that stands for a method where only one is drawn: MorphNet's are expanded. */
const isDrawn = ({ method, form }: { method: string; form: string }) =>
  !isMorphNet(method) || form === 'expanded';

/** Where a network stands on the x axis: what it costs of what the seed network does. */
export interface CostAxis {
  readonly title: string;
  readonly shareOf: (row: SweepRecord) => number;
}

export function costAxis(rows: readonly SweepRecord[], isInFlops: boolean): CostAxis {
  const seed = rows.find(({ method }) => method === 'seed');
  return isInFlops
    ? {
        title: 'FLOPs, share of the seed network’s',
        shareOf: ({ flops }) => flops / (seed?.flops ?? Number.NaN),
      }
    : {
        title: 'measured latency, share of the seed network’s',
        shareOf: ({ measured_speedup }) => 1 / measured_speedup,
      };
}

/**
 * Test accuracy against latency (or FLOPs) as a share of the seed network's: a dot per seed, a line through the means of
 * each method, MorphNet's expanded.
 */
export function accuracyChart(
  rows: readonly SweepRecord[],
  groups: readonly SweepGroup[],
  { shareOf, title }: CostAxis,
  width: number,
): ChartSpec {
  const trained = rows.filter((row) => row.method !== 'seed' && isDrawn(row));
  const dots = trained.map((row) => ({
    method: methodTitle(row.method),
    seed: row.seed,
    share: 100 * shareOf(row),
    accuracy: 100 * row.accuracy,
  }));
  const means = groups.filter(isDrawn).map((group) => {
    const own = trained.filter((row) => row.method === group.method && row.budget === group.budget);
    return {
      method: methodTitle(group.method),
      share: (100 * own.reduce((sum, row) => sum + shareOf(row), 0)) / own.length,
      accuracy: 100 * group.accuracy,
    };
  });
  const encoding = {
    x: {
      field: 'share',
      type: 'quantitative' as const,
      scale: { zero: false, nice: true, padding: 12 },
      axis: { title: `${title} →`, tickCount: 6, labelExpr: "datum.value + ' %'" },
    },
    y: {
      field: 'accuracy',
      type: 'quantitative' as const,
      scale: { zero: false, nice: true },
      axis: { title: null, tickCount: 6, labelExpr: "datum.value + ' %'" },
    },
    color: {
      field: 'method',
      type: 'nominal' as const,
      scale: methodScale(trained.map(({ method }) => method)),
      legend: {
        title: null,
        orient: 'bottom' as const,
        columns: width > 500 ? 3 : 1,
        labelLimit: 400,
        symbolOpacity: 1,
      },
    },
  };
  const facts = [
    textFact('method', 'method'),
    numberFact('accuracy', 'test accuracy, %'),
    numberFact('share', `${title}, %`),
  ];
  return {
    width,
    height: width > 500 ? 340 : 300,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: '↑ test accuracy' },
    layer: [
      { data: { values: means }, mark: { type: 'line', strokeWidth: 2 }, encoding },
      {
        data: { values: means },
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { ...encoding, tooltip: facts },
      },
      {
        data: { values: dots },
        mark: { type: 'point', filled: true, size: 18, opacity: 0.45 },
        encoding: { ...encoding, tooltip: [textFact('seed', 'seed'), ...facts] },
      },
    ],
  };
}
