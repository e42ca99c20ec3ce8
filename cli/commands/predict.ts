import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { type Device, openDevice } from '../../calibration/device-profile.ts';
import {
  defaultView,
  latencyPredictor,
  type NetworkPrediction,
  type View,
} from '../../calibration/predict.ts';
import { filterSlopes } from '../../experiments/filter-cost/filter-slopes.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { UserError } from '../../records/user-error.ts';
import { type CommonFlags, modelCommand, openNetwork, sizedPlan } from '../options.ts';
import { holdsMany, readStructures } from '../structures.ts';
import { duration, engineering, percent, print, printJson, table } from '../terminal.ts';
import { compareDevices } from './predict-compare.ts';
import { predictStructures } from './predict-structures.ts';

interface Flags extends CommonFlags {
  readonly device?: string;
  readonly compare?: readonly string[];
  readonly widths: readonly string[];
  readonly widthMultiplier?: number;
  readonly batch: number;
  readonly view?: View;
}

function structuresOption(): Option {
  return new Option(
    '--widths <path>',
    '{ "layer name": width, … }, missing ones full; again for more, a .jsonl with one per line, or a folder: a row each',
  )
    .default([], 'full')
    .argParser((path: string, before: readonly string[]) => [...before, path]);
}

/** The plan and widths that the flags give where they give one structure. */
function oneSize(model: string, { widths, widthMultiplier }: Flags) {
  const [path] = widths;
  if (widths.length > 1 || (path !== undefined && holdsMany(path))) {
    throw new UserError({
      got: `--compare with the widths of ${widths.join(', ')}`,
      expected: 'one file of widths',
      fix: 'leave --compare out, or predict on one device after the other',
    });
  }
  return sizedPlan(openNetwork(model), {
    ...(path === undefined ? {} : { widths: path }),
    ...(widthMultiplier === undefined ? {} : { widthMultiplier }),
  });
}

interface Predicted {
  readonly plan: ChannelPlan;
  readonly device: Device;
  readonly view: View;
  readonly prediction: NetworkPrediction;
  /** By layer; empty in a view that the device's costs are not in. */
  readonly filterUs: ReadonlyMap<string, number>;
}

function printPredicted({ plan, device, view, prediction, filterUs }: Predicted, flags: Flags): void {
  print(
    table(
      ['layer', 'kind', 'FLOPs', 'bytes', 'latency', 'share', 'a filter', 'bound'],
      prediction.layers.map(({ name, kind, flops, bytes, latencyUs, bound }) => {
        const filter = filterUs.get(name);
        return [
          name,
          kind,
          engineering(flops),
          engineering(bytes),
          duration(latencyUs),
          percent(prediction.latencyUs > 0 ? latencyUs / prediction.latencyUs : 0),
          filter === undefined ? '' : duration(filter),
          bound,
        ];
      }),
    ),
  );
  const multiplied = flags.widthMultiplier === undefined ? '' : `, widths ×${flags.widthMultiplier}`;
  print(
    `\n${pc.bold(plan.network.name)} on ${device.name} (${view} view, batch ${flags.batch}${multiplied}): ${pc.bold(duration(prediction.latencyUs))}, ${engineering(prediction.flops)}FLOP, ${engineering(prediction.parameters)} parameters`,
  );
  if (filterUs.size > 0)
    print(pc.dim('A filter: one more of that layer, its inputs and what its consumers do with it included.'));
  if (prediction.outsideDomain.length > 0) {
    const [first] = prediction.outsideDomain;
    print(
      pc.yellow(`outside the profile's domain: ${prediction.outsideDomain.length} kernels, such as ${first}`),
    );
  }
  if (prediction.unseenClasses.length > 0) {
    print(pc.yellow(`class unseen: ${prediction.unseenClasses.join(', ')} (predicted from the roofline)`));
  }
}

function predictOne(model: string, device: Device, view: View, flags: Flags): void {
  const { plan, widths } = oneSize(model, flags);
  const { batch } = flags;
  const prediction = latencyPredictor(plan, device, { batch, view }).detail(widths);
  const filterUs =
    view === defaultView(device) ? filterSlopes(plan, widths, device, batch) : new Map<string, number>();
  if (flags.json !== true) {
    printPredicted({ plan, device, view, prediction, filterUs }, flags);
    return;
  }
  printJson({
    network: plan.network.name,
    device: device.name,
    view,
    batch,
    width_multiplier: flags.widthMultiplier ?? 1,
    latency_us: prediction.latencyUs,
    flops: prediction.flops,
    parameters: prediction.parameters,
    unseen_classes: prediction.unseenClasses,
    outside_domain: prediction.outsideDomain,
    layers: prediction.layers.map(({ name, kind, flops, bytes, latencyUs, bound }) => ({
      name,
      kind,
      flops,
      bytes,
      latency_us: latencyUs,
      bound,
      us_per_filter: filterUs.get(name) ?? null,
    })),
  });
}

export function predictCommand(program: Command): void {
  modelCommand(program, {
    name: 'predict',
    description: 'latency on a device profile, no device needed',
    widths: structuresOption(),
  })
    .option('--device <device>', 'p100, v100, k80, p4, t4, tpu-v2, or the path of a device.json')
    .option('--compare <devices...>', 'two devices side by side, instead of --device')
    .addOption(
      new Option('--view <view>', 'ops as Google counts them, or kernels as deployed').choices([
        'morph-net',
        'deployed',
      ]),
    )
    .option('--json', 'machine-readable output')
    .action((model: string, flags: Flags) => {
      const { batch, view: chosen } = flags;
      const json = flags.json === true;
      if (flags.compare !== undefined) {
        const size = oneSize(model, flags);
        compareDevices(size, flags.compare, {
          batch,
          json,
          ...(chosen === undefined ? {} : { view: chosen }),
        });
        return;
      }
      if (flags.device === undefined) {
        throw new UserError({
          got: 'predict without --device',
          expected: 'a datasheet device or the path of a device.json',
          fix: 'add --device p100, or calibrate one',
        });
      }
      const [path] = flags.widths;
      const hasMany = flags.widths.length > 1 || (path !== undefined && holdsMany(path));
      if (hasMany && flags.widthMultiplier !== undefined) {
        throw new UserError({
          got: `--widths ${path} and --width-multiplier ${flags.widthMultiplier}`,
          expected: 'one of them',
          fix: 'leave the other out',
        });
      }
      if (!hasMany) {
        const device = openDevice(flags.device);
        predictOne(model, device, chosen ?? defaultView(device), flags);
        return;
      }
      const plan = planChannels(openNetwork(model));
      const device = openDevice(flags.device);
      const view = chosen ?? defaultView(device);
      predictStructures(plan, readStructures(flags.widths), device, { batch, view, json });
    });
}
