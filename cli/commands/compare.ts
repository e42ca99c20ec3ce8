// `morphline compare`: its flags.
import type { Command } from 'commander';
import type { CompareFlags } from '../actions/compare.ts';
import {
  batchOption,
  engineOption,
  parseDurationSeconds,
  parsePercent,
  seedOption,
  threadsOption,
} from '../options.ts';

export function compareCommand(program: Command): void {
  program
    .command('compare')
    .argument(
      '<a>',
      'zoo network or model file; with @0.5 behind it all widths times that, with @widths.json those widths',
    )
    .argument('<b...>', 'what is compared with it, likewise')
    .description('is B faster than A? measured against each other until it is known')
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(batchOption())
    .addOption(seedOption())
    .option('--precision <share>', 'how well to know the ratio, such as 1%', parsePercent, 0.01)
    .option('--budget <time>', 'time for each B, at most', parseDurationSeconds, 60)
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (a: string, b: string[], flags: CompareFlags) => {
      const { compare } = await import('../actions/compare.ts');
      process.exitCode = await compare(a, b, flags);
    });
}
