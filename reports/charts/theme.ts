// The look that all charts share.
import type { Config, TopLevelSpec } from 'vega-lite';
import { colour } from '../palette.ts';

/** A chart: data included, at most 5 series colours, no title of its own. */
export type ChartSpec = TopLevelSpec;

const LABELS = {
  labelColor: colour('muted'),
  labelFontSize: 11.5,
  labelFontWeight: 'normal',
  titleColor: colour('soft'),
  titleFontSize: 11.5,
  titleFontWeight: 'normal',
} as const;

/** The look of all charts: no frame, hairline grid, the page's font and colours. */
export const chartConfig: Config = {
  aria: false,
  background: 'transparent',
  font: 'inherit',
  padding: { left: 1, right: 10, top: 4, bottom: 4 },
  view: { stroke: null },
  axis: {
    ...LABELS,
    domain: false,
    ticks: false,
    grid: true,
    gridColor: colour('grid'),
    labelPadding: 7,
    titlePadding: 9,
  },
  axisX: { titleAnchor: 'end' },
  title: {
    anchor: 'start',
    frame: 'bounds',
    color: colour('soft'),
    fontSize: 11.5,
    fontWeight: 'normal',
    offset: 12,
  },
  text: { color: colour('soft'), fontSize: 11.5 },
};

/** Label of a number on an axis: 0.5, 20, 1k. */
export const NUMBER_LABEL = "abs(datum.value) >= 1000 ? format(datum.value, '~s') : format(datum.value, '~')";

/** Room for the labels of a y axis, fixed so that charts above one another line up. */
export const Y_LABELS = { minExtent: 38, maxExtent: 38 } as const;
