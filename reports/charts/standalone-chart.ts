// A chart as a file of its own: SVG in light colours, or Vega-Lite JSON.
import { colour, fixedColours } from '../palette.ts';
import { renderChart } from './render-chart.ts';
import { type ChartSpec, chartConfig } from './theme.ts';

const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif';
const VEGA_LITE = 'https://vega.github.io/schema/vega-lite/v6.json';
/** Between the chart and the edge of the picture, in pixels. */
const MARGIN = 16;

/** A drawing of a page as the text of an .svg file: with a font, in light colours. @param attributes further ones */
export function standaloneDrawing(svg: string, attributes = ''): string {
  const element = `<svg xmlns="http://www.w3.org/2000/svg" font-family="${FONT}"${attributes}`;
  return fixedColours(svg.replace(/^<svg/, () => element));
}

/**
 * A chart as a picture of its own: light colours, page background.
 * @returns the text of an .svg file
 */
export async function standaloneSvg(spec: ChartSpec, label: string): Promise<string> {
  const padding = { left: MARGIN, right: MARGIN, top: MARGIN, bottom: MARGIN };
  const drawn = await renderChart({ ...spec, padding, background: colour('page') }, label);
  return standaloneDrawing(drawn.text);
}

/** A chart as Vega-Lite draws it anywhere, its data and look included: the text of a .json file. */
export function standaloneSpec(spec: ChartSpec): string {
  const config = { ...chartConfig, font: FONT, background: colour('page') };
  return `${fixedColours(JSON.stringify({ $schema: VEGA_LITE, ...spec, config }))}\n`;
}
