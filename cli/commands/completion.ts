// `morphline completion`: its flags.
import { Argument, type Command } from 'commander';
import { SHELLS, type Shell } from '../completion/shells.ts';

export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('a script that completes commands, flags and values in a shell')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completion } = await import('../actions/completion.ts');
      await completion(shell);
    });
}
