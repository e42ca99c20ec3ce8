// How much latency differs among networks of equal FLOPs, and how much of that is noise.
import { linearRegression, median, quantile } from 'simple-statistics';
import type { SpreadWindow, StudyAnalysis } from '../../records/study-analysis.ts';
import { type Columns, columnOf, latencyNames, MEASURED } from './studied-columns.ts';

/** Windows along FLOPs; each holds the networks within this fraction of its centre. */
export const SPREAD_WINDOWS = 20;
export const SPREAD_HALF_WIDTH = 0.025;
/** p5 and p95 of fewer networks are their extremes. */
export const SPREAD_MIN_NETWORKS = 20;

/**
 * p95 / p5 of positive values, what they owe to FLOPs taken out: a least-squares line of log value over log FLOPs is
 * subtracted, so that the window's own range of FLOPs is no spread.
 */
export function detrendedRatio(flops: readonly number[], values: readonly number[]): number {
  const points = flops.map((f, i): [number, number] => [Math.log(f), Math.log(values[i] as number)]);
  const line = linearRegression(points);
  // All of one FLOP count: there is no slope to take out.
  const slope = Number.isFinite(line.m) ? line.m : 0;
  const residuals = points.map(([x, y]) => y - slope * x);
  return Math.exp(quantile(residuals, 0.95) - quantile(residuals, 0.05));
}

/** Standard normal quantiles between 5 % and 95 %. */
const NORMAL_P95_P5 = 2 * 1.6448536269514722;

/**
 * p95 / p5 that measurements of identical networks would show. Two passes with normal errors of standard deviation σ
 * differ by 2σ/√π on average; what is reported is of both passes together, with σ/√2.
 * @param repeatability mean of |pass 2 / pass 1 − 1|
 */
export function noiseRatio(repeatability: number): number {
  const sigma = (repeatability * Math.sqrt(Math.PI)) / 2;
  return Math.exp((NORMAL_P95_P5 * sigma) / Math.SQRT2);
}

/**
 * How much latency differs among networks of equal FLOPs. Windows are centred at the medians of 20 equal-count bins of
 * the networks by FLOPs and hold all networks within ±2.5 % of their centre; those with fewer than 20 are left out.
 * @param columns positive values by name, over the same networks
 */
export function equalFlopsSpread(flops: readonly number[], columns: Columns): SpreadWindow[] {
  const sorted = flops.toSorted((a, b) => a - b);
  const windows: SpreadWindow[] = [];
  for (let bin = 0; bin < SPREAD_WINDOWS; bin++) {
    const [from, to] = [bin, bin + 1].map((edge) => Math.round((edge * sorted.length) / SPREAD_WINDOWS));
    const members = sorted.slice(from, to);
    if (members.length === 0) continue;
    const centre = median(members);
    const inside = flops.flatMap((f, i) => (Math.abs(f / centre - 1) <= SPREAD_HALF_WIDTH ? [i] : []));
    if (inside.length < SPREAD_MIN_NETWORKS) continue;
    const at = (values: readonly number[]) => inside.map((i) => values[i] as number);
    const ratios = [...columns].map(([name, values]) => [name, detrendedRatio(at(flops), at(values))]);
    windows.push({ flops: centre, networks: inside.length, p95_over_p5: Object.fromEntries(ratios) });
  }
  return windows;
}

/** All latencies, and as `measured_over_…` what each prediction leaves of the measured one. */
export function spreadColumns(columns: Columns, deviceColumns: readonly string[]): Columns {
  const spread = new Map(latencyNames(columns).map((name) => [name, columnOf(columns, name)]));
  const measuredUs = columns.get(MEASURED);
  if (measuredUs === undefined) return spread;
  for (const name of deviceColumns) {
    const predictedUs = columnOf(columns, name);
    spread.set(
      `measured_over_${name}`,
      measuredUs.map((us, i) => us / (predictedUs[i] as number)),
    );
  }
  return spread;
}

/**
 * The spread at equal FLOPs of all latencies.
 * @param repeatability of the measured one; null where nothing was measured
 */
export function spreadOf(
  columns: Columns,
  deviceColumns: readonly string[],
  repeatability: number | null,
): StudyAnalysis['spread'] {
  const compared = spreadColumns(columns, deviceColumns);
  const windows = equalFlopsSpread(columnOf(columns, 'flops'), compared);
  const medianOf = (name: string) => median(windows.map((window) => window.p95_over_p5[name] as number));
  return {
    half_width: SPREAD_HALF_WIDTH,
    windows,
    noise_p95_over_p5: repeatability === null ? null : noiseRatio(repeatability),
    median_p95_over_p5:
      windows.length === 0
        ? {}
        : Object.fromEntries([...compared.keys()].map((name) => [name, medianOf(name)])),
  };
}
