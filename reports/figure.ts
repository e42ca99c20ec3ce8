// A figure of the report: charts for wide and narrow pages, with title, legend and caption.
import { liveSpec } from './charts/live-spec.ts';
import { compiledChart, drawChart } from './charts/render-chart.ts';
import type { ChartSpec } from './charts/theme.ts';
import { html, type Markup, type Part } from './html.ts';

/** Width of a chart beside nothing else, in CSS pixels. */
export const WIDE = 880;
/** Width of a chart on a phone. */
export const NARROW = 340;
/** Width of one of three charts side by side. */
export const PANEL = 290;

export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly shape: 'dot' | 'line' | 'bar' | 'outline' | 'tick';
  /** The chart's series of that name, which the page's script can hide (`charts/series.ts`). */
  readonly series?: string;
}

/** A field that sets a signal of the figure's charts (`charts/series.ts`): text to search for, or one of some options. */
export interface Control {
  readonly signal: string;
  readonly label: string;
  /** The first one is what the drawing shows. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

export interface Figure {
  readonly title?: Part;
  readonly legend?: readonly LegendEntry[];
  /** Charts above one another. Each is drawn for a wide page and for a phone; CSS shows the one that fits. */
  readonly charts: readonly ((width: number) => ChartSpec)[];
  /** What the page's script draws in place of each, where that is more than a picture should hold. */
  readonly live?: readonly ((width: number) => ChartSpec)[];
  /** One of several side by side: a single drawing, as wide as a panel. */
  readonly small?: boolean;
  /** What a reader can choose, where there is a script. */
  readonly controls?: readonly Control[];
  /** What to see in it. */
  readonly caption?: Part;
  /** What a screen reader says of the charts. */
  readonly label: string;
}

/** What the page's script makes a control of: without it there is none. */
function controlMarkup({ signal, label, options }: Control): Markup {
  const choices = options !== undefined && html` data-options="${JSON.stringify(options)}"`;
  return html`<span data-signal="${signal}" data-label="${label}"${choices}></span>`;
}

function legendList(entries: readonly LegendEntry[]): Markup {
  return html`<ul class="legend">${entries.map(
    ({ label, colour, shape, series }) =>
      html`<li${series !== undefined && html` data-series="${series}"`}><i class="${shape}" style="--c:${colour}"></i>${label}</li>`,
  )}</ul>`;
}

/** A figure: title, legend, drawings and caption. */
export async function figure(parts: Figure): Promise<Markup> {
  const { title, legend, charts, live, small, controls, caption, label } = parts;
  const drawings: Markup[] = [];
  for (const [kind, width] of small
    ? [['only', PANEL] as const]
    : [['wide', WIDE] as const, ['narrow', NARROW] as const]) {
    const drawn: Markup[] = [];
    for (const [i, chart] of charts.entries()) {
      const { svg, spec } = await drawChart(chart(width), label);
      const more = live?.[i];
      // On a phone there is no pointer to answer.
      const data = kind !== 'narrow' && liveSpec(more === undefined ? spec : compiledChart(more(width)));
      drawn.push(html`<div class="chart">${svg}${data}</div>`);
    }
    drawings.push(html`<div class="${kind}">${drawn}</div>`);
  }
  return html`<figure>
${title !== undefined && html`<h3>${title}</h3>`}
${legend !== undefined && legendList(legend)}
${controls !== undefined && html`<div class="controls" hidden>${controls.map(controlMarkup)}</div>`}
${drawings}
${caption !== undefined && html`<figcaption>${caption}</figcaption>`}
</figure>`;
}
