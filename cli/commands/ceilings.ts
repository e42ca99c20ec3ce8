// `morphline ceilings`: its flags.
import type { Command } from 'commander';
import { ceilingsSettings } from '../../experiments/ceilings/ceilings-settings.ts';
import { addSettingsOptions } from '../settings-options.ts';

export function ceilingsCommand(program: Command): void {
  const command = program
    .command('ceilings')
    .description("the machine's own peaks: compute rate, bandwidth by size → ceilings.json");
  const flagsOf = addSettingsOptions(command, ceilingsSettings);
  command.action(async (parsed: Record<string, unknown>) => {
    const { runCeilings } = await import('../actions/ceilings.ts');
    await runCeilings(flagsOf(parsed));
  });
}
