// `morphline explain`: its flags.
import type { Command } from 'commander';
import type { ExplainFlags } from '../actions/explain.ts';
import { sizeOptions } from '../open-sizes.ts';
import {
  batchOption,
  engineOption,
  integerOption,
  parseDurationSeconds,
  resultOption,
  seedOption,
  threadsOption,
} from '../options.ts';

/** Layers that the table lists. */
const LISTED = 12;

export function explainCommand(program: Command): void {
  const [image, dim] = sizeOptions();
  program
    .command('explain')
    .argument(
      '<a>',
      'zoo network, model file or folder of a finished run; with @0.5 behind it all widths times that, with @widths.json those widths',
    )
    .argument('<b>', 'the network that is faster or slower, likewise')
    .description("where the difference between two networks' times comes from, and what to change")
    .option('--device <device>', 'a device.json, or p100, v100, k80, p4, t4, tpu-v2: whose times they are')
    .option(
      '--measure',
      'measured here, both in one session, instead of predicted; the device.json must be of this engine',
    )
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(batchOption())
    .addOption(image)
    .addOption(dim)
    .addOption(seedOption())
    .option('--budget <time>', 'time for measuring, such as 40s', parseDurationSeconds, 40)
    .addOption(integerOption('--layers <n>', 'layers to list', 0).default(LISTED))
    .addOption(resultOption())
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (a: string, b: string, flags: ExplainFlags) => {
      const { explain } = await import('../actions/explain.ts');
      await explain(a, b, flags);
    });
}
