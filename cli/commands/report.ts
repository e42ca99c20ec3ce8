import type { Command } from 'commander';
import pc from 'picocolors';
import { readResults } from '../../experiments/results/read-results.ts';
import { packageVersion } from '../../records/package-version.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import { findings, renderReport } from '../../reports/index.ts';
import type { ReportData } from '../../reports/report-data.ts';
import type { CommonFlags } from '../options.ts';
import { engineering, print, printJson } from '../terminal.ts';

interface Flags extends CommonFlags {
  readonly output: string;
  readonly title: string;
}

/** Writes the report of these folders and returns its findings. */
export async function writeReport(
  directories: readonly string[],
  output: string,
  title: string,
): Promise<{ findings: string[]; bytes: number }> {
  const data: ReportData = {
    title,
    generatedAt: new Date().toISOString(),
    version: packageVersion(),
    ...readResults(directories),
  };
  const html = await renderReport(data);
  writeFileAtomic(output, html);
  return { findings: findings(data), bytes: Buffer.byteLength(html) };
}

export function reportCommand(program: Command): void {
  program
    .command('report')
    .argument('<dir...>', 'folders of calibrate, study and train')
    .description('one self-contained HTML file of their results')
    .option('-o, --output <file>', 'file to write', 'report.html')
    .option('--title <text>', 'heading', 'Morphline report')
    .option('--json', 'machine-readable output')
    .action(async (directories: string[], flags: Flags) => {
      const written = await writeReport(directories, flags.output, flags.title);
      if (flags.json === true) {
        printJson({ file: flags.output, ...written });
        return;
      }
      for (const finding of written.findings) print(`${pc.cyan('•')} ${finding}`);
      print(`${pc.dim('report:')} ${flags.output} (${engineering(written.bytes)}B)`);
    });
}
