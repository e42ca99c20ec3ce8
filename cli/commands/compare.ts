// `morphline compare`: its flags.
import type { Command } from 'commander';
import type { CompareFlags } from '../actions/compare.ts';
import { sizeOptions } from '../open-sizes.ts';
import {
  batchOption,
  engineOption,
  parseDurationSeconds,
  parsePercent,
  resultOption,
  seedOption,
  threadsOption,
  widthMultiplierOption,
  widthsOption,
} from '../options.ts';

export function compareCommand(program: Command): void {
  const [image, dim] = sizeOptions();
  program
    .command('compare')
    .argument(
      '<a>',
      'zoo network, model file or folder of a finished run; with @0.5 behind it all widths times that, with @widths.json those widths; or a device profile',
    )
    .argument('[b...]', 'what is compared with it, likewise')
    .description('is B faster than A? measured against each other until it is known')
    .addOption(widthsOption())
    .addOption(widthMultiplierOption())
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(batchOption())
    .addOption(image)
    .addOption(dim)
    .addOption(seedOption())
    .option(
      '--deployed',
      'of files: the networks as we rewrite them for deployment, not the files themselves',
    )
    .option('--network <names...>', 'networks to compare device profiles by')
    .option('--precision <share>', 'how well to know the ratio, such as 1%', parsePercent, 0.01)
    .option('--budget <time>', 'time for each B, at most', parseDurationSeconds, 60)
    .addOption(resultOption())
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (a: string, b: string[], flags: CompareFlags) => {
      const { compare } = await import('../actions/compare.ts');
      process.exitCode = await compare(a, b, flags);
    });
}
