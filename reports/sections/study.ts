// The report's section on a study: a cloud per device, and the correlations.
import type { StudyData } from '../../experiments/results/study-results.ts';
import type { Correlation } from '../../records/study.ts';
import { type StudyPoint, studyScatter } from '../charts/study-scatter.ts';
import { deviceTitle } from '../device-title.ts';
import { evenlySpaced } from '../evenly-spaced.ts';
import { figure } from '../figure.ts';
import { driftNote } from '../findings.ts';
import { html, type Markup } from '../html.ts';
import {
  correlation,
  count,
  FLOP_UNITS,
  integer,
  LATENCY_UNITS,
  percent,
  unitFor,
} from '../number-format.ts';
import { colour } from '../palette.ts';
import { table } from '../table.ts';
import { flopsBandMarkup } from './flops-band.ts';
import { type Section, section } from './section.ts';

/** Dots per panel of a still picture; a page's script draws all. */
const MAX_DOTS = 1500;
/** Dots of measured networks that are drawn large: more would hide the predictions. */
const MAX_MEASURED = 300;

type StudiedDevice = StudyData['summary']['devices'][number];

function pointsOf(rows: StudyData['rows'], column: string): StudyPoint[] {
  return rows.flatMap((row) => {
    const latency = row[column];
    const { sample, flops } = row;
    return typeof latency === 'number' && latency > 0 ? [{ sample, flops, latency }] : [];
  });
}

async function panel(study: StudyData, device: StudiedDevice, maxFlops: number): Promise<Markup> {
  const { rows, summary } = study;
  const predicted = pointsOf(rows, device.column);
  const measured =
    device.kind === 'measured' ? evenlySpaced(pointsOf(rows, 'measured_us'), MAX_MEASURED) : [];
  const found = summary.flops_against_predicted.find(({ column }) => column === device.column);
  const title = html`${deviceTitle(device)}<br><span class="quiet">r ${correlation(found?.pearson)}, ρ ${correlation(found?.spearman)}</span>`;
  if (predicted.length === 0) return html`<div><h3>${title}</h3><p>No predictions in study.csv.</p></div>`;
  const latencies = [...predicted, ...measured].map(({ latency }) => latency);
  const scatter = (points: readonly StudyPoint[]) => (width: number) =>
    studyScatter(
      {
        predicted: points,
        measured,
        maxFlops,
        flopsUnit: unitFor([maxFlops], FLOP_UNITS),
        latencyUnit: unitFor(latencies, LATENCY_UNITS),
      },
      width,
    );
  return figure({
    title,
    small: true,
    charts: [scatter(evenlySpaced(predicted, MAX_DOTS))],
    live: [scatter(predicted)],
    label: `FLOPs against latency on ${deviceTitle(device)}: ${integer(predicted.length)} predicted, ${integer(measured.length)} measured`,
  });
}

interface Row {
  readonly name: string;
  readonly view: string;
  readonly flops: Correlation | undefined;
  readonly measured: Correlation | undefined;
}

function correlationTable({ summary }: StudyData): Markup {
  const { measured } = summary;
  const against = (column: string) => measured?.against_measured.find((entry) => entry.column === column);
  const rows: Row[] = [
    { name: 'FLOPs', view: '', flops: undefined, measured: against('flops') },
    ...summary.devices.map(({ column, name, kind, view }) => ({
      name: deviceTitle({ name, kind }),
      view,
      flops: summary.flops_against_predicted.find((entry) => entry.column === column),
      measured: against(column),
    })),
  ].filter((row) => row.flops !== undefined || row.measured !== undefined);
  const figures = (heading: string, of: (row: Row) => Correlation | undefined) =>
    (['pearson', 'spearman'] as const).map((kind) => ({
      heading: html`${heading}<br>${kind === 'pearson' ? 'Pearson' : 'Spearman'}`,
      align: 'number' as const,
      cell: (row: Row) => {
        const found = of(row);
        return found === undefined ? '' : correlation(found[kind]);
      },
    }));
  return table<Row>(
    [
      {
        heading: 'Prediction',
        cell: ({ name, view }) => html`${name}${view !== '' && html` <span class="quiet">${view}</span>`}`,
      },
      ...figures('with FLOPs', ({ flops }) => flops),
      ...(measured === null ? [] : figures('with measured', (row) => row.measured)),
    ],
    rows,
  );
}

/** The random-model study: do FLOPs tell the latency? */
export async function studySection(study: StudyData, id: string): Promise<Section> {
  const { summary, rows, directory } = study;
  const { measured } = summary;
  const title = 'Do FLOPs tell the latency?';
  if (rows.length === 0 || summary.devices.length === 0) {
    return section(
      id,
      title,
      summary.network,
      html`<p>No predicted networks are in ${directory}: <code>morphline study</code> writes them to study.csv.</p>`,
    );
  }
  const panels: Markup[] = [];
  const maxFlops = rows.reduce((largest, { flops }) => Math.max(largest, flops), 0);
  for (const device of summary.devices) panels.push(await panel(study, device, maxFlops));
  return section(id, title, summary.network, [
    html`<p>${integer(rows.length)} sub-networks of ${summary.network} with ${summary.law} random widths. If FLOPs told the latency, each cloud would be a line; how wide it is at one number of FLOPs is what choosing by FLOPs leaves to chance.</p>`,
    html`<ul class="legend"><li><i class="dot" style="--c:${colour('blue')}"></i>predicted</li>${
      measured !== null &&
      html`<li><i class="dot" style="--c:${colour('ink')}"></i>measured (${measured.engine} ×${measured.threads}, ${measured.adapter})</li>`
    }</ul>`,
    html`<div class="panels">${panels}</div>`,
    html`<p class="quiet" style="font-size:15px;margin-top:14px">r is Pearson’s and ρ Spearman’s correlation of FLOPs and predicted latency over all sub-networks. ${
      rows.length > MAX_DOTS &&
      `A still picture draws ${integer(MAX_DOTS)} of ${integer(rows.length)}, evenly spaced. `
    }${
      measured !== null &&
      `${count(measured.networks, 'sub-network')} were also measured; they repeat within ${percent(measured.repeatability)}${
        measured.calibrated_mape === null
          ? ''
          : `, and their prediction is off by ${percent(measured.calibrated_mape)} on average${driftNote(measured)}`
      }.`
    }</p>`,
    flopsBandMarkup(study, maxFlops),
    correlationTable(study),
  ]);
}
