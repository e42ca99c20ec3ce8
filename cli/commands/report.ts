// `morphline report`: its flags.
import type { Command } from 'commander';
import type { ReportFlags } from '../actions/report.ts';

export function reportCommand(program: Command): void {
  program
    .command('report')
    .argument('<dir...>', 'folders of calibrate, study and train')
    .description('one self-contained HTML file of their results')
    .option('-o, --output <file>', 'file to write', 'report.html')
    .option('--title <text>', 'heading', 'Morphline report')
    .option('--json', 'machine-readable output')
    .action(async (directories: string[], flags: ReportFlags) => {
      const { report } = await import('../actions/report.ts');
      await report(directories, flags);
    });
}
