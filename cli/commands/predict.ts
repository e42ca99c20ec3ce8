// `morphline predict`: its flags.
import { type Command, Option } from 'commander';
import type { PredictFlags } from '../actions/predict.ts';
import { modelCommand } from '../options.ts';

function structuresOption(): Option {
  return new Option(
    '--widths <path>',
    '{ "layer name": width, … }, missing ones full; again for more, a .jsonl with one per line, or a folder: a row each',
  )
    .default([], 'full')
    .argParser((path: string, before: readonly string[]) => [...before, path]);
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
    .action(async (model: string, flags: PredictFlags) => {
      const { predict } = await import('../actions/predict.ts');
      await predict(model, flags);
    });
}
