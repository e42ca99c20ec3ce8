// A figure of the report: charts for wide and narrow pages, with title, legend and caption.
import { renderChart } from './charts/render-chart.ts';
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
}

export interface Figure {
  readonly title?: Part;
  readonly legend?: readonly LegendEntry[];
  /** Charts above one another. Each is drawn for a wide page and for a phone; CSS shows the one that fits. */
  readonly charts: readonly ((width: number) => ChartSpec)[];
  /** One of several side by side: a single drawing, as wide as a panel. */
  readonly small?: boolean;
  /** What to see in it. */
  readonly caption?: Part;
  /** What a screen reader says of the charts. */
  readonly label: string;
}

function legendList(entries: readonly LegendEntry[]): Markup {
  return html`<ul class="legend">${entries.map(
    ({ label, colour, shape }) => html`<li><i class="${shape}" style="--c:${colour}"></i>${label}</li>`,
  )}</ul>`;
}

/** A figure: title, legend, drawings and caption. */
export async function figure({ title, legend, charts, small, caption, label }: Figure): Promise<Markup> {
  const drawings: Markup[] = [];
  for (const [kind, width] of small
    ? [['only', PANEL] as const]
    : [['wide', WIDE] as const, ['narrow', NARROW] as const]) {
    const drawn: Markup[] = [];
    for (const chart of charts) drawn.push(await renderChart(chart(width), label));
    drawings.push(html`<div class="${kind}">${drawn}</div>`);
  }
  return html`<figure>
${title !== undefined && html`<h3>${title}</h3>`}
${legend !== undefined && legendList(legend)}
${drawings}
${caption !== undefined && html`<figcaption>${caption}</figcaption>`}
</figure>`;
}
