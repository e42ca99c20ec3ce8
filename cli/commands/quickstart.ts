// `morphline quickstart`: its flags, which are those that the experiment declares.
import type { Command } from 'commander';
import { quickstartSettings } from '../../experiments/quickstart/quickstart-settings.ts';
import { addSettingsOptions } from '../settings-options.ts';

export function quickstartCommand(program: Command): void {
  const command = program
    .command('quickstart')
    .description('all of it, small, on this machine, in a few minutes');
  const flagsOf = addSettingsOptions(command, quickstartSettings);
  command.action(async (parsed: Record<string, unknown>) => {
    const { quickstartFromFlags } = await import('../actions/quickstart.ts');
    await quickstartFromFlags(flagsOf(parsed));
  });
}
