// The report's section on widths: what a channel more or less is predicted to cost on this device.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import { filterScansChart } from '../charts/filter-scans.ts';
import { figure } from '../figure.ts';
import { breakable, html } from '../html.ts';
import { count, percent } from '../number-format.ts';
import { table } from '../table.ts';
import { type Section, section } from './section.ts';

type Scan = CalibrationData['widthScans'][number];

/** How many cheap widths below and above the present one are named. */
const NAMED = 3;

const isCheap = ({ width, cheapWidths }: Scan) => cheapWidths.includes(width);

/** The cheap widths next to the present one. */
function nearWidths({ width, cheapWidths }: Scan): string {
  const below = cheapWidths.filter((each) => each < width).slice(-NAMED);
  const above = cheapWidths.filter((each) => each > width).slice(0, NAMED);
  return [...below, ...(cheapWidths.includes(width) ? [width] : []), ...above].join(', ');
}

/** Latency of the network at a width, as a share of what it is. */
function changeAt({ points, latencyUs }: Scan, width: number): string {
  const found = points.find((each) => each.width === width);
  if (found === undefined) return '';
  const change = found.latencyUs / latencyUs - 1;
  return `${change < 0 ? '−' : '+'}${percent(Math.abs(change), 2)}`;
}

/** Latency over the width of the layers that take most time, and which counts of channels are cheap. */
export async function widthSection(
  { widthScans, layerTable, profile }: CalibrationData,
  id: string,
): Promise<Section> {
  const title = 'What does a channel cost?';
  const subject = `${layerTable.network} on ${profile.name}`;
  if (widthScans.length === 0) {
    return section(
      id,
      title,
      subject,
      html`<p>${layerTable.network} is no network of the zoo, or no layer of it can change its width: <code>morphline filter-cost</code> takes its file.</p>`,
    );
  }
  const blocks = widthScans.filter((scan) => scan.cheapWidths.length <= 0.6 * scan.points.length).length;
  const lead =
    blocks === 0
      ? 'Here every channel counts: a narrower layer is a faster one.'
      : `In ${blocks} of them time goes up in steps: between two cheap widths (dots) the upper one costs no more than those below it, and gives channels for nothing.`;
  return section(id, title, subject, [
    html`<p>Predicted latency of ${layerTable.network} as one layer becomes wider or narrower, for the ${count(widthScans.length, 'layer')} that take most time. ${lead}</p>`,
    await figure({
      charts: [(width) => filterScansChart(widthScans, width > 500 ? 3 : 1)],
      caption: html`Change of the whole network’s latency over the channels of one layer; the line is the layer’s present width, dots are cheap widths: no wider one costs less.`,
      label: `Latency over the width of ${count(widthScans.length, 'layer')}`,
    }),
    table<Scan>(
      [
        { heading: 'Layer', width: '34%', cell: ({ layer }) => breakable(layer) },
        { heading: 'Channels', align: 'number', cell: ({ width }) => width },
        { heading: 'Cheap', cell: (scan) => (isCheap(scan) ? 'yes' : 'no') },
        {
          heading: html`One channel<br>less`,
          align: 'number',
          cell: (scan) => changeAt(scan, scan.width - 1),
        },
        {
          heading: html`One channel<br>more`,
          align: 'number',
          cell: (scan) => changeAt(scan, scan.width + 1),
        },
        { heading: 'Cheap widths near', cell: nearWidths },
      ],
      widthScans,
    ),
  ]);
}
