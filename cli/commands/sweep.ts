// `morphline sweep`: its flags, which are the settings that the experiment declares.
import type { Command } from 'commander';
import { sweepSettings } from '../../experiments/sweep/sweep-settings.ts';
import { addEmitOptions, type EmitFlags } from '../emit/flags.ts';
import { addSettingsOptions } from '../settings-options.ts';

export function sweepCommand(program: Command): void {
  const command = program
    .command('sweep')
    .description(
      'ways to make a network faster, side by side at equal measured latency: methods × budgets × seeds',
    );
  const flagsOf = addSettingsOptions(command, sweepSettings);
  addEmitOptions(command);
  command.action(async ({ emit, tasks, container, ...parsed }: EmitFlags & Record<string, unknown>) => {
    if (emit !== undefined) {
      const { emitJob } = await import('../emit/job.ts');
      emitJob(emit, { tasks, container }, flagsOf(parsed).threads ?? 1);
      return;
    }
    const { sweepFromFlags } = await import('../actions/sweep.ts');
    await sweepFromFlags(flagsOf(parsed));
  });
}
