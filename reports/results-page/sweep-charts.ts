// The pictures of a sweep: accuracy against latency, the widths that methods choose, and the gap in γ.
import type { SweepStructure } from '../../records/sweep.ts';
import { gammaChart } from '../charts/gamma-histograms.ts';
import { accuracyChart, costAxis } from '../charts/sweep-accuracy.ts';
import { keptWidthsChart } from '../charts/sweep-kept-widths.ts';
import type { ChartSpec } from '../charts/theme.ts';
import { isMorphNet } from '../method-names.ts';
import { isInFlops, type PageSweep } from './page-sweep.ts';
import { budgetsOf } from './sweep-tables.ts';

/** What a chart of widths compares, among the structures of a sweep: `seed-1-flops-shrunk-0.5` and the like. */
export function shrunkStructures(
  structures: Readonly<Record<string, SweepStructure>>,
  budget: number,
): Map<string, SweepStructure[]> {
  const byMethod = new Map<string, SweepStructure[]>();
  for (const [id, widths] of Object.entries(structures)) {
    const [, method, form, share] = /^seed-\d+-([a-z-]+)-(shrunk|expanded|twice)-([\d.]+)$/.exec(id) ?? [];
    if (method === undefined || form !== 'shrunk' || Number(share) !== budget) continue;
    if (isMorphNet(method)) byMethod.set(method, [...(byMethod.get(method) ?? []), widths]);
  }
  return byMethod;
}

const WIDTH = 760;

/** Names of a sweep's pictures, which are files of docs/results. */
export type SweepChartName = 'accuracy' | 'kept-widths' | 'gammas';

export interface SweepChart {
  readonly name: SweepChartName;
  readonly label: string;
  readonly spec: ChartSpec;
}

/** The pictures that there is data for. */
export function sweepCharts(sweep: PageSweep): SweepChart[] {
  const { rows, structures, full, gammas, summary } = sweep;
  const axis = costAxis(rows, isInFlops(sweep));
  const charts: SweepChart[] = [];
  if (summary.groups.length > 0) {
    charts.push({
      name: 'accuracy',
      label: `test accuracy against ${axis.title}, by method`,
      spec: accuracyChart(rows, summary.groups, axis, WIDTH),
    });
  }
  const middle = budgetsOf(summary);
  const budget = middle[Math.floor((middle.length - 1) / 2)];
  const shrunk = shrunkStructures(structures, budget ?? Number.NaN);
  if (shrunk.size > 1) {
    charts.push({
      name: 'kept-widths',
      label: `share of channels that each layer keeps when shrunk to ${100 * (budget as number)} %, by what is priced`,
      spec: keptWidthsChart(shrunk, full),
    });
  }
  if (gammas.length > 0) {
    charts.push({
      name: 'gammas',
      label: 'histograms of |γ| at the end of each shrink path',
      spec: gammaChart(gammas),
    });
  }
  return charts;
}
