import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { openDevice } from '../../calibration/device-profile.ts';
import { defaultView, latencyPredictor, type View } from '../../calibration/predict.ts';
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
  readonly device: string;
  readonly batch: number;
  readonly view?: View;
}

export function predictCommand(program: Command): void {
  program
    .command('predict')
    .argument('<model>', 'zoo network')
    .description('latency on a device profile, no device needed')
    .requiredOption('--device <device>', 'p100, v100, k80, p4, t4, tpu-v2, or the path of a device.json')
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
