// The report's section on a difference: where the time between two networks comes from, and what to change.
import type { ExplanationData } from '../../experiments/results/explanation-results.ts';
import { causeWords } from '../../records/cause-words.ts';
import type { Explanation, LayerChange, WidthChange } from '../../records/explanation.ts';
import { WATERFALL_COLOURS, waterfallChart, waterfallStart } from '../charts/waterfall.ts';
import { figure } from '../figure.ts';
import { breakable, html, type Markup } from '../html.ts';
import {
  columnFormat,
  count,
  LATENCY_UNITS,
  percent,
  significant,
  type Unit,
  unitFor,
} from '../number-format.ts';
import { table } from '../table.ts';
import { type Section, section } from './section.ts';

/** Rows in sight; the others unfold. */
const FIRST_ROWS = 12;
/** Causes of one layer that are listed. */
const LAYER_CAUSES = 2;

function layerTable(layers: readonly LayerChange[], unit: Unit): Markup {
  const format = columnFormat(layers.flatMap(({ a_us, b_us }) => [a_us / unit.base, b_us / unit.base]));
  const inUnit = (us: number) => (us === 0 ? '' : format(us / unit.base));
  const signed = (us: number) => `${us < 0 ? '−' : '+'}${format(Math.abs(us) / unit.base)}`;
  const told = ({ cause, delta_us, detail }: LayerChange['causes'][number]) =>
    `${causeWords(cause, delta_us)} ${signed(delta_us)}${detail === '' ? '' : ` (${detail})`}`;
  const heading = (text: string) => html`${text}<br>${unit.name}`;
  return table<LayerChange>(
    [
      { heading: 'Layer', width: '30%', cell: ({ layer }) => breakable(layer) },
      { heading: heading('A'), align: 'number', cell: ({ a_us }) => inUnit(a_us) },
      { heading: heading('B'), align: 'number', cell: ({ b_us }) => inUnit(b_us) },
      { heading: heading('Change'), align: 'number', cell: ({ delta_us }) => signed(delta_us) },
      {
        heading: 'Causes',
        width: '40%',
        cell: ({ causes }) => causes.slice(0, LAYER_CAUSES).map(told).join('; '),
      },
    ],
    layers,
  );
}

function adviceTable({ advice, advice_gain_us, b }: Explanation): Markup {
  if (advice.length === 0) return html`<p>No width near those of ${b.name} is predicted to be faster.</p>`;
  const unit = unitFor(
    advice.map(({ gain_us }) => gain_us),
    LATENCY_UNITS,
  );
  return html`<h3>What to change</h3>
<p>Widths of ${b.name} that gain most for the channels they take, by prediction, each alone; all together ${percent(advice_gain_us / b.latency_us)} of its latency.</p>
${table<WidthChange>(
  [
    { heading: 'Layer', width: '50%', cell: ({ layer }) => breakable(layer) },
    { heading: 'Channels', align: 'number', cell: ({ width }) => width },
    { heading: 'To', align: 'number', cell: ({ to }) => to },
    {
      heading: html`Gain<br>${unit.name}`,
      align: 'number',
      cell: ({ gain_us }) => significant(gain_us / unit.base),
    },
    {
      heading: html`Of the<br>latency`,
      align: 'number',
      cell: ({ gain_us }) => percent(gain_us / b.latency_us),
    },
  ],
  advice,
)}`;
}

/** The waterfall from A to B, the layers that changed, and advice. */
export async function explanationSection({ explanation }: ExplanationData, id: string): Promise<Section> {
  const { a, b, ratio, basis, device, batch, layers, unexplained_share: rest } = explanation;
  const unit = unitFor([a.latency_us, b.latency_us], LATENCY_UNITS);
  const latency = (us: number) => `${significant(us / unit.base)} ${unit.name}`;
  const noise = [a, b].flatMap(({ standard_error: error }) => (error === null ? [] : [percent(error)]));
  const layerUnit = unitFor(
    layers.flatMap(({ a_us, b_us }) => [a_us, b_us]),
    LATENCY_UNITS,
  );
  const more = layers.slice(FIRST_ROWS);
  const cut = waterfallStart(explanation) > 0 && ' The axis does not begin at zero.';
  return section(id, 'Where the difference comes from', `${a.name} and ${b.name} on ${device}`, [
    html`<p>${b.name} takes ${significant(ratio)} of the time of ${a.name} with ${significant(b.flops / a.flops)} of its FLOPs: ${latency(b.latency_us)} and ${latency(a.latency_us)}, ${basis} on ${device}, batch ${batch}${noise.length > 0 && ` (standard errors ${noise.join(' and ')})`}.</p>`,
    await figure({
      legend: [
        { label: 'a network', colour: WATERFALL_COLOURS.total, shape: 'bar' },
        { label: 'adds time', colour: WATERFALL_COLOURS.slower, shape: 'bar' },
        { label: 'takes time away', colour: WATERFALL_COLOURS.faster, shape: 'bar' },
      ],
      charts: [(width) => waterfallChart(explanation, width)],
      caption: html`From A down to B: each bar begins where the one above it ends.${cut} ${percent(rest)} of the slower network’s latency is without a cause.`,
      label: `Waterfall from the latency of ${a.name} to that of ${b.name} over ${count(explanation.waterfall.length - 2, 'cause')}`,
    }),
    layers.length > 0 && [
      html`<h3>Layers that changed most</h3>`,
      layerTable(layers.slice(0, FIRST_ROWS), layerUnit),
      more.length > 0 &&
        html`<details><summary>${count(more.length, 'more layer')}</summary>${layerTable(more, layerUnit)}</details>`,
    ],
    adviceTable(explanation),
  ]);
}
