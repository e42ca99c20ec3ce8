// What the page's script needs to tell of a band of FLOPs in a study: every network's latencies and widths.
import type { StudyData } from '../../experiments/results/study-results.ts';
import type { StudyWidths } from '../../experiments/results/study-widths.ts';
import { dataBlock } from '../data-block.ts';
import { deviceTitle } from '../device-title.ts';
import { html, type Markup } from '../html.ts';
import { FLOP_UNITS, LATENCY_UNITS, unitFor } from '../number-format.ts';

const DIGITS = 5;

const short = (value: number) => Number(value.toPrecision(DIGITS));

/** Shares in sixteen steps, two to a byte: means over networks are all that is told of them. */
function nibbles(shares: StudyWidths['shares']): Buffer {
  const all = shares.flatMap((each) => Array.from(each, (share) => Math.round((15 * share) / 255)));
  return Buffer.from(
    Array.from(
      { length: Math.ceil(all.length / 2) },
      (_, i) => (all[2 * i] ?? 0) * 16 + (all[2 * i + 1] ?? 0),
    ),
  );
}

/** Hidden until the page's script makes it: sliders, and what the networks between them have in common and not. */
export function flopsBandMarkup({ rows, summary, widths }: StudyData, maxFlops: number): Markup {
  const latencies = (column: string) =>
    rows.map((row) => (typeof row[column] === 'number' ? short(row[column]) : 0));
  const predicted = summary.devices.map((device) => ({
    name: deviceTitle(device),
    latencyUs: latencies(device.column),
  }));
  const measured = summary.measured !== null && rows.every(({ measured_us }) => measured_us !== null);
  const devices = [
    ...predicted,
    ...(measured ? [{ name: 'measured', latencyUs: latencies('measured_us') }] : []),
  ];
  const data = {
    flops: rows.map(({ flops }) => short(flops)),
    maxFlops,
    flopsUnit: unitFor([maxFlops], FLOP_UNITS),
    devices: devices.map((device) => ({ ...device, unit: unitFor(device.latencyUs, LATENCY_UNITS) })),
    widths: widths && {
      layers: widths.layers,
      base64: nibbles(widths.shares).toString('base64'),
    },
  };
  return html`<div class="band" hidden><h3>Networks of equal FLOPs</h3><p>Drag over a cloud, or move the ends of the band: networks between them cost the same to whoever counts FLOPs.</p>${dataBlock(data)}</div>`;
}
