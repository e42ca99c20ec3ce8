// The report's section on layers: their times on two datasheet devices and on the calibrated one.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import type { LayerTableRow } from '../../experiments/results/layer-table.ts';
import { breakable, html } from '../html.ts';
import { columnFormat, count, FLOP_UNITS, LATENCY_UNITS, type Unit, unitFor } from '../number-format.ts';
import { type Column, table } from '../table.ts';
import { type Section, section } from './section.ts';

/** Rows in sight; the others unfold. */
const FIRST_ROWS = 20;
/** Ratio of the datasheets' rates, P100 / V100: of compute (9300 / 125000 GFLOP/s) and of bandwidth (732 / 900 GB/s). */
const COMPUTE_RATIO = 9300 / 125000;
const BANDWIDTH_RATIO = 732 / 900;

function columnsFor(rows: readonly LayerTableRow[]): Column<LayerTableRow>[] {
  const figures = (
    heading: string,
    unit: Unit,
    of: (row: LayerTableRow) => number | null,
  ): Column<LayerTableRow> => {
    const values = rows.map((row) => (of(row) ?? 0) / unit.base);
    const largest = Math.max(...values);
    const format = columnFormat(values);
    return {
      heading: html`${heading}<br>${unit.name}`,
      align: 'number',
      width: '15%',
      cell: (row) => {
        const value = of(row);
        return value === null ? html`<span class="quiet">fused</span>` : format(value / unit.base);
      },
      share: (row) => {
        const value = of(row);
        return value === null || largest === 0 ? null : value / unit.base / largest;
      },
    };
  };
  const flops = unitFor(
    rows.map((row) => row.flops),
    FLOP_UNITS,
  );
  // One unit, so that devices compare.
  const latency = unitFor(
    rows.map(({ p100Us }) => p100Us),
    LATENCY_UNITS,
  );
  return [
    { heading: 'Layer', width: '31%', cell: ({ layer }) => breakable(layer) },
    figures('FLOPs', flops, (row) => row.flops),
    figures('P100', latency, ({ p100Us }) => p100Us),
    figures('V100', latency, ({ v100Us }) => v100Us),
    figures('This device', latency, ({ deviceUs }) => deviceUs),
    {
      heading: html`V100 /<br>P100`,
      align: 'number',
      width: '9%',
      cell: ({ p100Us, v100Us }) => (p100Us > 0 ? (v100Us / p100Us).toFixed(2) : ''),
    },
  ];
}

/** Each layer on two datasheet devices and on this one, in layer order. */
export function layerSection({ layerTable, profile, directory }: CalibrationData, id: string): Section {
  const { network, rows } = layerTable;
  const title = 'Layer by layer';
  if (rows.length === 0) {
    return section(
      id,
      title,
      profile.name,
      html`<p>The calibration in ${directory} names no network of the zoo whose layers could be listed.</p>`,
    );
  }
  const columns = columnsFor(rows);
  const rest = rows.slice(FIRST_ROWS);
  return section(id, title, `${network} on ${profile.name}`, [
    html`<p>Time of each layer by datasheet on a P100 and a V100, and by calibration on this device. The bar is a value’s share of the largest in its column. V100 / P100 is ${COMPUTE_RATIO.toFixed(2)} where compute bounds both and ${BANDWIDTH_RATIO.toFixed(2)} where memory does; “fused” is a layer that this device’s engine runs as part of another.</p>`,
    table(columns, rows.slice(0, FIRST_ROWS), { fixed: true }),
    rest.length > 0 &&
      html`<details><summary>${count(rest.length, 'more layer')}</summary>${table(columns, rest, { fixed: true })}</details>`,
  ]);
}
