// `morphline sweep`: its flags, which are the settings that the experiment declares.
import type { Command } from 'commander';
import { sweepSettings } from '../../experiments/sweep/sweep-settings.ts';
import { addSettingsOptions } from '../settings-options.ts';

export function sweepCommand(program: Command): void {
  const command = program
    .command('sweep')
    .description(
      'ways to make a network faster, side by side at equal measured latency: methods × budgets × seeds',
    );
  const flagsOf = addSettingsOptions(command, sweepSettings);
  command.action(async (parsed: Record<string, unknown>) => {
    const { sweepFromFlags } = await import('../actions/sweep.ts');
    await sweepFromFlags(flagsOf(parsed));
  });
}
