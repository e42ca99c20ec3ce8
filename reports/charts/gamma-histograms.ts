// Chart: histograms of |γ| at the end of shrink paths.
import type { GammaBinRecord } from '../../records/sweep.ts';
import { colour } from '../palette.ts';
import type { ChartSpec } from './theme.ts';

/** Where the bin of zeros is drawn, left of all others. */
const ZEROS_AT = -5.5;
const BIN = 0.25;

/** Histograms of |γ| at the end of every path, all seeds together. */
export function gammaChart(bins: readonly GammaBinRecord[]): ChartSpec {
  const values = bins.map(({ path, log10_from, channels }) => ({
    path: `priced: ${path === 'channels' ? 'every channel alike' : path}`,
    from: log10_from ?? ZEROS_AT,
    to: (log10_from ?? ZEROS_AT) + BIN,
    channels,
    isZero: log10_from === null,
  }));
  const paths = new Set(values.map(({ path }) => path)).size;
  return {
    data: { values },
    columns: paths > 2 ? 2 : paths,
    spacing: 24,
    facet: {
      field: 'path',
      type: 'nominal',
      header: { title: null, labelAnchor: 'start', labelColor: colour('ink'), labelFontSize: 12 },
    },
    spec: {
      width: 300,
      height: 130,
      mark: { type: 'bar', cornerRadius: 0, stroke: colour('page'), strokeWidth: 0.5 },
      encoding: {
        x: {
          field: 'from',
          type: 'quantitative',
          scale: { domain: [ZEROS_AT, 1], nice: false },
          axis: {
            title: '|γ| →',
            values: [ZEROS_AT + BIN / 2, -4, -3, -2, -1, 0],
            labelExpr: `datum.value < -5 ? '0' : datum.value === 0 ? '1' : '1e' + datum.value`,
            grid: false,
          },
        },
        x2: { field: 'to' },
        y: {
          aggregate: 'sum',
          field: 'channels',
          type: 'quantitative',
          axis: { title: null, tickCount: 4 },
        },
        color: {
          field: 'isZero',
          type: 'nominal',
          scale: { domain: [true, false], range: [colour('grey'), colour('blue')] },
          legend: null,
        },
      },
    },
  };
}
