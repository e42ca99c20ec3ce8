import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { openDevice } from '../../calibration/device-profile.ts';
import {
  defaultView,
  latencyPredictor,
  type NetworkPrediction,
  type View,
} from '../../calibration/predict.ts';
import { UserError } from '../../network/user-error.ts';
import {
  batchOption,
  type CommonFlags,
  openNetwork,
  sizedPlan,
  type WidthFlags,
  widthMultiplierOption,
  widthsOption,
} from '../options.ts';
import { duration, engineering, percent, print, printJson, table } from '../terminal.ts';

interface Flags extends CommonFlags, WidthFlags {
  readonly device?: string;
  readonly compare?: readonly string[];
  readonly batch: number;
  readonly view?: View;
}

/** One layer on two devices; null where one of them has no kernel of that name. */
interface ComparedLayer {
  readonly name: string;
  readonly latencyUs: readonly [number | null, number | null];
}

/** Layers of two predictions by name, in the order of the first. */
function compared([a, b]: readonly [NetworkPrediction, NetworkPrediction]): ComparedLayer[] {
  const times = (prediction: NetworkPrediction) =>
    new Map(prediction.layers.map(({ name, latencyUs }) => [name, latencyUs]));
  const [first, second] = [times(a), times(b)];
  return [...new Set([...first.keys(), ...second.keys()])].map((name) => ({
    name,
    latencyUs: [first.get(name) ?? null, second.get(name) ?? null],
  }));
}

/** Two devices side by side, as the MorphNet talk compares a P100 with a V100. */
function compare(model: string, flags: Flags, names: readonly string[]): void {
  const [a, b] = names;
  if (a === undefined || b === undefined || names.length > 2) {
    throw new UserError({
      got: `--compare ${names.join(' ')}`,
      expected: 'two devices',
      fix: 'give two names or paths, such as --compare p100 device.json',
    });
  }
  const devices = [openDevice(a), openDevice(b)] as const;
  const network = openNetwork(model);
  const { plan, widths } = sizedPlan(network, flags);
  // Kernels are compared with kernels, and ops with ops.
  const view = flags.view ?? (devices.every(({ kind }) => kind === 'datasheet') ? 'morph-net' : 'deployed');
  const detail = (device: (typeof devices)[number]) =>
    latencyPredictor(plan, device, { batch: flags.batch, view }).detail(widths);
  const predictions = [detail(devices[0]), detail(devices[1])] as const;
  const layers = compared(predictions);
  const [first, second] = predictions;
  if (flags.json === true) {
    printJson({
      network: network.name,
      devices: devices.map(({ name }) => name),
      view,
      batch: flags.batch,
      latency_us: predictions.map(({ latencyUs }) => latencyUs),
      ratio: first.latencyUs / second.latencyUs,
      layers: layers.map(({ name, latencyUs }) => ({ name, latency_us: latencyUs })),
    });
    return;
  }
  const cell = (us: number | null) => (us === null ? '' : duration(us));
  const ratio = (x: number | null, y: number | null) =>
    x === null || y === null || y === 0 ? '' : `${(x / y).toFixed(2)}×`;
  print(
    table(
      ['layer', devices[0].name, devices[1].name, 'ratio'],
      layers.map(({ name, latencyUs: [x, y] }) => [name, cell(x), cell(y), ratio(x, y)]),
    ),
  );
  print(
    `\n${pc.bold(network.name)} (${view} view, batch ${flags.batch}): ${duration(first.latencyUs)} on ${devices[0].name}, ${duration(second.latencyUs)} on ${devices[1].name}, ${ratio(first.latencyUs, second.latencyUs)}`,
  );
}

export function predictCommand(program: Command): void {
  program
    .command('predict')
    .argument('<model>', 'zoo network or model file')
    .description('latency on a device profile, no device needed')
    .option('--device <device>', 'p100, v100, k80, p4, t4, tpu-v2, or the path of a device.json')
    .option('--compare <devices...>', 'two devices side by side, instead of --device')
    .addOption(widthsOption())
    .addOption(widthMultiplierOption())
    .addOption(batchOption())
    .addOption(
      new Option('--view <view>', 'ops as Google counts them, or kernels as deployed').choices([
        'morph-net',
        'deployed',
      ]),
    )
    .option('--json', 'machine-readable output')
    .action((model: string, flags: Flags) => {
      if (flags.compare !== undefined) {
        compare(model, flags, flags.compare);
        return;
      }
      if (flags.device === undefined) {
        throw new UserError({
          got: 'predict without --device',
          expected: 'a datasheet device or the path of a device.json',
          fix: 'add --device p100, or calibrate one',
        });
      }
      const network = openNetwork(model);
      const device = openDevice(flags.device);
      const { plan, widths } = sizedPlan(network, flags);
      const view = flags.view ?? defaultView(device);
      const prediction = latencyPredictor(plan, device, { batch: flags.batch, view }).detail(widths);
      if (flags.json === true) {
        printJson({
          network: network.name,
          device: device.name,
          view,
          batch: flags.batch,
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
          })),
        });
        return;
      }
      print(
        table(
          ['layer', 'kind', 'FLOPs', 'bytes', 'latency', 'share', 'bound'],
          prediction.layers.map(({ name, kind, flops, bytes, latencyUs, bound }) => [
            name,
            kind,
            engineering(flops),
            engineering(bytes),
            duration(latencyUs),
            percent(latencyUs / prediction.latencyUs),
            bound,
          ]),
        ),
      );
      const multiplied = flags.widthMultiplier === undefined ? '' : `, widths ×${flags.widthMultiplier}`;
      print(
        `\n${pc.bold(network.name)} on ${device.name} (${view} view, batch ${flags.batch}${multiplied}): ${pc.bold(duration(prediction.latencyUs))}, ${engineering(prediction.flops)}FLOP, ${engineering(prediction.parameters)} parameters`,
      );
      if (prediction.outsideDomain.length > 0) {
        const [first] = prediction.outsideDomain;
        print(
          pc.yellow(
            `outside the profile's domain: ${prediction.outsideDomain.length} kernels, such as ${first}`,
          ),
        );
      }
      if (prediction.unseenClasses.length > 0) {
        print(
          pc.yellow(`class unseen: ${prediction.unseenClasses.join(', ')} (predicted from the roofline)`),
        );
      }
    });
}
