// `morphline study`: its flags.
import type { Command } from 'commander';
import { studySettings } from '../../experiments/study/study-settings.ts';
import { addEmitOptions, type EmitFlags } from '../emit/flags.ts';
import { addSettingsOptions } from '../settings-options.ts';

export function studyCommand(program: Command): void {
  const command = program
    .command('study')
    .description('random sub-networks: FLOPs against predicted and measured latency');
  const flagsOf = addSettingsOptions(command, studySettings);
  addEmitOptions(command);
  command.action(async ({ emit, tasks, container, ...parsed }: EmitFlags & Record<string, unknown>) => {
    if (emit !== undefined) {
      const { emitJob } = await import('../emit/job.ts');
      emitJob(emit, { tasks, container }, flagsOf(parsed).threads);
      return;
    }
    const { analyzeStudyFolder, mergeShards, runStudy } = await import('../actions/study.ts');
    const flags = flagsOf(parsed);
    if (flags.analyze !== null) await analyzeStudyFolder(flags.analyze, flags);
    else if (flags.merge !== null) await mergeShards(flags.merge, flags);
    else await runStudy(flags);
  });
}
