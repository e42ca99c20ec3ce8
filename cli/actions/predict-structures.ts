// One network at the widths of many structure files: a row each.
import pc from 'picocolors';
import type { Device } from '../../calibration/device-profile.ts';
import { latencyPredictor, type View } from '../../calibration/predict.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { widthsFromJson } from '../layer-widths.ts';
import type { Structure } from '../structures.ts';
import { duration, engineering, print } from '../terminal.ts';

export interface StructuresOptions {
  readonly batch: number;
  readonly view: View;
  readonly json: boolean;
}

/**
 * Latency of one network at the widths of many structures: a row each, or a JSON list.
 * @throws UserError naming the file and line of widths that do not fit the network
 */
export function predictStructures(
  plan: ChannelPlan,
  structures: readonly Structure[],
  device: Device,
  { batch, view, json }: StructuresOptions,
): void {
  const predictor = latencyPredictor(plan, device, { batch, view });
  const rows = structures.map(({ label, value }) => ({
    label,
    ...predictor.summary(widthsFromJson(plan, value, `--widths ${label}`)),
  }));
  const network = plan.network.name;
  if (json) {
    const list = rows.map(({ label, latencyUs, flops, parameters, kernelsOutside }) =>
      JSON.stringify({
        widths: label,
        network,
        device: device.name,
        view,
        batch,
        latency_us: latencyUs,
        flops,
        parameters,
        kernels_outside_domain: kernelsOutside,
      }),
    );
    print(`[\n${list.join(',\n')}\n]`);
    return;
  }
  // Thousands of rows: columns as wide as their longest, without a table's measuring of every cell.
  const cells = [
    ['widths', 'latency', 'FLOPs', 'parameters'],
    ...rows.map(({ label, latencyUs, flops, parameters }) => [
      label,
      duration(latencyUs),
      engineering(flops),
      engineering(parameters),
    ]),
  ];
  const columns = [0, 1, 2, 3].map((column) =>
    cells.reduce((most, row) => Math.max(most, (row[column] ?? '').length), 0),
  );
  const padded = (text: string, column: number) =>
    column === 0 ? text.padEnd(columns[column] ?? 0) : text.padStart(columns[column] ?? 0);
  print(cells.map((row) => row.map(padded).join('  ')).join('\n'));
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { latencyUs } of rows) {
    least = Math.min(least, latencyUs);
    most = Math.max(most, latencyUs);
  }
  print(
    `\n${rows.length} structures of ${pc.bold(network)} on ${device.name} (${view} view, batch ${batch}): ${duration(least)} to ${duration(most)}`,
  );
  const outside = rows.filter((row) => row.kernelsOutside > 0).length;
  if (outside > 0) {
    print(pc.yellow(`${outside} of them with kernels that the profile was not fitted on`));
  }
}
