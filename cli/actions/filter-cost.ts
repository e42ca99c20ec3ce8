// What `morphline filter-cost` does: the cost of one more filter of each layer, as a table, CSV and chart.
import { stringify } from 'csv-stringify/sync';
import pc from 'picocolors';
import { openDevice } from '../../calibration/open-device.ts';
import {
  type FilterCost,
  type FilterScan,
  scannedFilterCosts,
} from '../../experiments/filter-cost/filter-cost.ts';
import { requireVariableWidths } from '../../network/variable-widths.ts';
import { writeFileAtomic } from '../../records/atomic-file.ts';
import { UserError } from '../../records/user-error.ts';
import { batchOf, openModel, sizedPlan } from '../models.ts';
import type { SizeFlags } from '../open-sizes.ts';
import type { CommonFlags, WidthFlags } from '../options.ts';
import { duration, engineering, percent, print, printJson, table } from '../terminal.ts';

export interface FilterCostFlags extends CommonFlags, WidthFlags, SizeFlags {
  readonly device: readonly string[];
  readonly batch?: number;
  readonly csv?: string;
  readonly chart?: string;
}

/** Cheap widths as one reads them: `…, 80, 96, 112` or `every 16`, or `all`. */
function widthsInWords(widths: readonly number[], scanned: number): string {
  if (widths.length > 0.6 * scanned) return 'all';
  const steps = new Set(widths.slice(1).map((width, i) => width - (widths[i] as number)));
  const [step] = steps;
  const aligned = step !== undefined && widths.slice(0, -1).every((width) => width % step === 0);
  if (steps.size === 1 && aligned && widths.length > 3) return `every ${step}`;
  return widths.length > 6 ? `…${widths.slice(-6).join(' ')}` : widths.join(' ');
}

function csvOf({ rows, latency_us }: FilterCost): string {
  const names = Object.keys(latency_us);
  return stringify(
    rows.map((row) => ({
      layer: row.layer,
      width: row.width,
      flops_per_filter: row.flops_per_filter,
      weights_per_filter: row.weights_per_filter,
      ...Object.fromEntries(
        names.flatMap((name) => [
          [`${name} us_per_filter`, row.devices[name]?.us_per_filter],
          [`${name} next_filter_us`, row.devices[name]?.next_filter_us],
          [`${name} cheap_widths`, row.devices[name]?.cheap_widths.join(' ')],
        ]),
      ),
    })),
    { header: true },
  );
}

/** Vega is loaded for those who ask for a chart. */
async function chartFile(path: string, network: string, scans: readonly FilterScan[]): Promise<string> {
  const { filterScansChart } = await import('../../reports/charts/filter-scans.ts');
  const { standaloneSpec, standaloneSvg } = await import('../../reports/charts/standalone-chart.ts');
  const spec = filterScansChart(scans);
  if (/\.json$/i.test(path)) return standaloneSpec(spec);
  return standaloneSvg(spec, `Latency of ${network} over the width of each of its layers`);
}

function printFilterCosts({ network, rows, latency_us }: FilterCost): void {
  const names = Object.keys(latency_us);
  print(
    table(
      [
        'layer',
        'width',
        'FLOPs',
        'weights',
        ...names.flatMap((name) => [`${name}: a filter`, '⅛ fewer', 'cheap widths']),
      ],
      rows.map((row) => [
        row.layers.length > 1 ? `${row.layer} (+${row.layers.length - 1} tied)` : row.layer,
        String(row.width),
        engineering(row.flops_per_filter),
        engineering(row.weights_per_filter),
        ...names.flatMap((name) => {
          const cost = row.devices[name];
          if (cost === undefined) return ['', '', ''];
          const scanned = Math.ceil(0.75 * row.width) + 1;
          return [
            duration(cost.us_per_filter),
            percent(-cost.share_of_eighth),
            widthsInWords(cost.cheap_widths, scanned),
          ];
        }),
      ]),
    ),
  );
  print(
    `\n${pc.bold(network)}: ${names.map((name) => `${duration(latency_us[name] as number)} on ${name}`).join(', ')}. A filter's cost includes its inputs and what its consumers do with it.`,
  );
}

/** @throws UserError for missing or wrong flags, and for what they name that is not there */
export async function filterCost(model: string, flags: FilterCostFlags): Promise<void> {
  const { chart, csv, device: names } = flags;
  if (names.length === 0) {
    throw new UserError({
      got: 'filter-cost without --device',
      expected: 'at least one device',
      fix: 'add --device p100, or --device device.json',
    });
  }
  if (chart !== undefined && !/\.(svg|json)$/i.test(chart)) {
    throw new UserError({
      got: `--chart ${chart}`,
      expected: 'a name ending in .svg or .json',
      fix: 'rename the chart',
    });
  }
  const opened = await openModel(model, flags);
  const batch = batchOf(opened, flags.batch);
  const { plan, widths } = sizedPlan(opened.network, flags);
  requireVariableWidths(plan);
  const { cost, scans } = scannedFilterCosts(plan, widths, names.map(openDevice), batch);
  if (csv !== undefined) writeFileAtomic(csv, csvOf(cost));
  if (chart !== undefined) writeFileAtomic(chart, await chartFile(chart, cost.network, scans));
  if (flags.json === true) printJson(cost);
  else printFilterCosts(cost);
}
