// `morphline completion`: its flags.
import { Argument, type Command } from 'commander';
import type { CommandEntry } from '../command-entry.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';

/** @param entries all commands, which are those that are completed */
export function completionCommand(entries: readonly CommandEntry[]): (program: Command) => void {
  return (program) => {
    program
      .command('completion')
      .description('a script that completes commands, flags and values in a shell')
      .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
      .action(async (shell: Shell) => {
        const { completion } = await import('../actions/completion.ts');
        await completion(shell, entries);
      });
  };
}
