// `morphline train`: its flags, which are the settings that the experiment declares.
import type { Command } from 'commander';
import { trainSettings } from '../../experiments/train/train-settings.ts';
import { addSettingsOptions } from '../settings-options.ts';

export function trainCommand(program: Command): void {
  const command = program
    .command('train')
    .description('MorphNet: shrink, expand, retrain towards a FLOPs, size or calibrated-latency target');
  const flagsOf = addSettingsOptions(command, trainSettings);
  command.action(async (parsed: Record<string, unknown>) => {
    const { trainFromFlags } = await import('../actions/train.ts');
    await trainFromFlags(flagsOf(parsed));
  });
}
