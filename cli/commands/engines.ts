// `morphline engines`: its flags.
import { type Command, Option } from 'commander';
import type { EnginesFlags } from '../actions/engines.ts';
import { INSTALLERS } from '../installers.ts';

export function enginesCommand(program: Command): void {
  program
    .command('engines')
    .description('what can run here, and how to get the rest')
    .option('--json', 'machine-readable output')
    .addOption(
      new Option('--install <what>', 'bring native parts that npm does not').choices(Object.keys(INSTALLERS)),
    )
    .action(async (flags: EnginesFlags) => {
      const { engines } = await import('../actions/engines.ts');
      await engines(flags);
    });
}
