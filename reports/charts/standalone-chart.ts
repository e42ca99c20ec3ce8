// A chart as a file of its own: SVG in light colours, or Vega-Lite JSON.
import { colour, fixedColours } from '../palette.ts';
import { renderChart } from './render-chart.ts';
import { type ChartSpec, chartConfig } from './theme.ts';

const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif';
const VEGA_LITE = 'https://vega.github.io/schema/vega-lite/v6.json';
/** Between the chart and the edge of the picture, in pixels. */
const MARGIN = 16;

/**
 * A chart as a picture of its own: light colours, page background.
 * @returns the text of an .svg file
 */
export async function standaloneSvg(spec: ChartSpec, label: string): Promise<string> {
  const padding = { left: MARGIN, right: MARGIN, top: MARGIN, bottom: MARGIN };
  const drawn = await renderChart({ ...spec, padding, background: colour('page') }, label);
  const attributes = `<svg xmlns="http://www.w3.org/2000/svg" font-family="${FONT}"`;
  return fixedColours(drawn.text).replace(/^<svg/, attributes);
}

/** A chart as Vega-Lite draws it anywhere, its data and look included: the text of a .json file. */
export function standaloneSpec(spec: ChartSpec): string {
  const config = { ...chartConfig, font: FONT, background: colour('page') };
  return `${fixedColours(JSON.stringify({ $schema: VEGA_LITE, ...spec, config }))}\n`;
}
