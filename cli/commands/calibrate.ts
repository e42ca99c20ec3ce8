// `morphline calibrate`: its flags.
import type { Command } from 'commander';
import { calibrateSettings } from '../../experiments/calibrate/calibrate-settings.ts';
import { addSettingsOptions } from '../settings-options.ts';

export function calibrateCommand(program: Command): void {
  const command = program
    .command('calibrate')
    .description('time kernels, fit, validate → device.json, kernels.csv');
  const flagsOf = addSettingsOptions(command, calibrateSettings);
  command.action(async (parsed: Record<string, unknown>) => {
    const { runCalibration } = await import('../actions/calibrate.ts');
    await runCalibration(flagsOf(parsed));
  });
}
