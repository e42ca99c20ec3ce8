import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { quickstart } from '../../experiments/quickstart/quickstart.ts';
import { openEngine } from '../../profiler/engines/registry.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';
import { type CommonFlags, engineOption, seedOption, threadsOption } from '../options.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { writeReport } from './report.ts';

interface Flags extends CommonFlags {
  readonly engine?: string;
  readonly threads: number;
  readonly seed: number;
  readonly out: string;
}

/** Sentences of findings that it ends with. */
const FINDINGS = 3;

export function quickstartCommand(program: Command): void {
  program
    .command('quickstart')
    .description('all of it, small, on this machine, in a few minutes')
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(seedOption())
    .option('--out <dir>', 'folder of the results', 'quickstart')
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (flags: Flags) => {
      const bar = progressBar('quickstart', flags.quiet === true);
      const folders = await quickstart({
        out: flags.out,
        seed: flags.seed,
        openEngine: () => openEngine(flags.engine, { threads: flags.threads }),
        openTrainingEngine: () => openTrainingEngine(),
        onProgress: bar.update,
      });
      bar.finish();
      const report = join(flags.out, 'report.html');
      const { findings } = await writeReport(folders, report, 'Morphline quickstart');
      const sentences = findings.slice(0, FINDINGS);
      if (flags.json === true) {
        printJson({ report: resolve(report), findings: sentences, folders });
        return;
      }
      for (const sentence of sentences) print(`${pc.cyan('•')} ${sentence}`);
      print(`\n${pc.dim('report:')} ${pc.bold(resolve(report))}`);
    });
}
