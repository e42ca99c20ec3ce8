// `morphline report`: its flags.
import type { Command } from 'commander';
import type { ReportFlags } from '../actions/report.ts';

export function reportCommand(program: Command): void {
  program
    .command('report')
    .argument(
      '<dir...>',
      'folders of calibrate, study, train and sweep, and of compare, explain and check with --out',
    )
    .description('one self-contained HTML file of their results')
    .option('-o, --output <file>', 'file to write; of several forms or files, their folder')
    .option('--format <forms>', 'html, md, json, csv, svg or png; several with commas', 'html')
    .option('--title <text>', 'heading', 'Morphline report')
    .option('--no-script', 'a page without any script: charts are pictures')
    .option('--open', 'show it in the browser')
    .option('--watch', 'write it again whenever a folder changes, until stopped')
    .option('--json', 'machine-readable output')
    .action(async (directories: string[], flags: ReportFlags) => {
      const { report } = await import('../actions/report.ts');
      await report(directories, flags);
    });
}
