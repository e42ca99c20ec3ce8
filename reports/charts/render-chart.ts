// A specification drawn as SVG, without a browser or any request.
import { type Loader, parse, type Spec, View } from 'vega';
import { compile } from 'vega-lite';
import { Markup } from '../html.ts';
import { clipMarks } from './clip-marks.ts';
import { compactSvg } from './compact-svg.ts';
import { type ChartSpec, chartConfig } from './theme.ts';

const refuse = (uri: string) =>
  Promise.reject(new Error(`a chart asked for ${uri}: its data must be inline`));
const OFFLINE: Loader = { load: refuse, http: refuse, file: refuse, sanitize: refuse };

/** A chart as a picture, and as what Vega's runtime draws it from. */
export interface Drawing {
  readonly svg: Markup;
  readonly spec: Spec;
}

/** A chart as Vega's runtime takes it. */
export function compiledChart(chart: ChartSpec): Spec {
  return compile(chart, { config: chartConfig }).spec;
}

/**
 * Draws a chart without a browser and without loading anything.
 * @param label what a screen reader says of it
 * @returns an SVG element whose colours are the page's custom properties, and the compiled chart
 */
export async function drawChart(chart: ChartSpec, label: string): Promise<Drawing> {
  const spec = compiledChart(chart);
  const view = new View(parse(clipMarks(spec, false)), { renderer: 'none', loader: OFFLINE });
  try {
    return { svg: new Markup(compactSvg(await view.toSVG(), label)), spec };
  } finally {
    view.finalize();
  }
}

/** The picture alone. */
export async function renderChart(chart: ChartSpec, label: string): Promise<Markup> {
  return (await drawChart(chart, label)).svg;
}
