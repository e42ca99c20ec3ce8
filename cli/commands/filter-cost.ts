import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { stringify } from 'csv-stringify/sync';
import pc from 'picocolors';
import { openDevice } from '../../calibration/device-profile.ts';
import {
  type FilterCost,
  type FilterScan,
  scannedFilterCosts,
} from '../../experiments/filter-cost/filter-cost.ts';
import { requireVariableWidths } from '../../network/variable-widths.ts';
import { UserError } from '../../records/user-error.ts';
import { type CommonFlags, modelCommand, openNetwork, sizedPlan, type WidthFlags } from '../options.ts';
import { duration, engineering, percent, print, printJson, table } from '../terminal.ts';

interface Flags extends CommonFlags, WidthFlags {
  readonly device: readonly string[];
  readonly batch: number;
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

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Vega is loaded for those who ask for a chart. */
async function chartFile(path: string, network: string, scans: readonly FilterScan[]): Promise<string> {
  const { filterScansChart } = await import('../../reports/charts/filter-scans.ts');
  const { standaloneSpec, standaloneSvg } = await import('../../reports/charts/standalone-chart.ts');
  const spec = filterScansChart(scans);
  if (/\.json$/i.test(path)) return standaloneSpec(spec);
  return standaloneSvg(spec, `Latency of ${network} over the width of each of its layers`);
}

export function filterCostCommand(program: Command): void {
  modelCommand(program, {
    name: 'filter-cost',
    description: 'what one more filter of each layer costs: FLOPs, weights, time',
  })
    .option(
      '--device <device>',
      'p100, v100, … or the path of a device.json; may be given several times',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--csv <file>', 'the table as CSV')
    .option(
      '--chart <file>',
      'latency over the width of each layer: a picture (.svg), or Vega-Lite with its data (.json)',
    )
    .option('--json', 'machine-readable output')
    .action(async (model: string, flags: Flags) => {
      if (flags.device.length === 0) {
        throw new UserError({
          got: 'filter-cost without --device',
          expected: 'at least one device',
          fix: 'add --device p100, or --device device.json',
        });
      }
      const { chart } = flags;
      if (chart !== undefined && !/\.(svg|json)$/i.test(chart)) {
        throw new UserError({
          got: `--chart ${chart}`,
          expected: 'a name ending in .svg or .json',
          fix: 'rename the chart',
        });
      }
      const { plan, widths } = sizedPlan(openNetwork(model), flags);
      requireVariableWidths(plan);
      const { cost: result, scans } = scannedFilterCosts(
        plan,
        widths,
        flags.device.map(openDevice),
        flags.batch,
      );
      if (flags.csv !== undefined) writeFile(flags.csv, csvOf(result));
      if (chart !== undefined) writeFile(chart, await chartFile(chart, result.network, scans));
      if (flags.json === true) {
        printJson(result);
        return;
      }
      const names = Object.keys(result.latency_us);
      print(
        table(
          [
            'layer',
            'width',
            'FLOPs',
            'weights',
            ...names.flatMap((name) => [`${name}: a filter`, '⅛ fewer', 'cheap widths']),
          ],
          result.rows.map((row) => [
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
        `\n${pc.bold(result.network)}: ${names.map((name) => `${duration(result.latency_us[name] as number)} on ${name}`).join(', ')}. A filter's cost includes its inputs and what its consumers do with it.`,
      );
    });
}
