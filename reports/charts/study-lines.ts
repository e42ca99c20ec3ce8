// Chart: lines in panels that share their y axis and legend.
import { seriesColour } from '../palette.ts';
import { type ChartSpec, NUMBER_LABEL } from './theme.ts';

export interface LineSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LinesPanel {
  /** Its lines apart by line breaks. */
  readonly title: string;
  readonly xTitle: string;
  readonly series: readonly LineSeries[];
}

/**
 * Lines of one legend in panels side by side, their y axes alike.
 * @param options percent: whether y is a fraction, from zero; step: whether a value holds up to the next
 */
export function studyLinesChart(
  panels: readonly LinesPanel[],
  options: { panelWidth: number; percent: boolean; step: boolean },
): ChartSpec {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))];
  const highest = Math.max(
    ...panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(({ y }) => y))),
  );
  const labels = options.percent ? "format(100 * datum.value, '~') + ' %'" : "format(datum.value, '~')";
  const chart: ChartSpec = {
    spacing: 26,
    hconcat: panels.map(({ title, xTitle, series }) => ({
      width: options.panelWidth,
      height: 250,
      title: { text: title.split('\n') },
      data: { values: series.flatMap(({ name, points }) => points.map((point) => ({ ...point, name }))) },
      mark: { type: 'line', strokeWidth: 2, interpolate: options.step ? 'step-before' : 'linear' },
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          scale: { zero: false, nice: false },
          axis: { tickCount: 5, labelExpr: NUMBER_LABEL, title: `${xTitle} →` },
        },
        y: {
          field: 'y',
          type: 'quantitative',
          scale: { domain: [options.percent ? 0 : 1, highest], nice: true },
          axis: { tickCount: 5, labelExpr: labels, title: null },
        },
        color: {
          field: 'name',
          type: 'nominal',
          scale: { domain: names, range: names.map((_, i) => seriesColour(i)) },
          legend: {
            title: null,
            orient: 'bottom',
            direction: 'horizontal',
            symbolType: 'stroke',
            labelLimit: 400,
          },
        },
      },
    })),
  };
  return chart;
}
