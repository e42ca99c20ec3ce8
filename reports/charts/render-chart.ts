// A specification drawn as SVG, without a browser or any request.
import { type Loader, parse, View } from 'vega';
import { compile } from 'vega-lite';
import { Markup } from '../html.ts';
import { compactSvg } from './compact-svg.ts';
import { type ChartSpec, chartConfig } from './theme.ts';

const refuse = (uri: string) =>
  Promise.reject(new Error(`a chart asked for ${uri}: its data must be inline`));
const OFFLINE: Loader = { load: refuse, http: refuse, file: refuse, sanitize: refuse };

/**
 * Draws a chart without a browser and without loading anything.
 * @param label what a screen reader says of it
 * @returns an SVG element whose colours are the page's custom properties
 */
export async function renderChart(spec: ChartSpec, label: string): Promise<Markup> {
  const view = new View(parse(compile(spec, { config: chartConfig }).spec), {
    renderer: 'none',
    loader: OFFLINE,
  });
  try {
    return new Markup(compactSvg(await view.toSVG(), label));
  } finally {
    view.finalize();
  }
}
