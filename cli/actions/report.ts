// What `morphline report` does: the results of some folders as one HTML file, and its findings on the terminal.
import pc from 'picocolors';
import { readResults } from '../../experiments/results/read-results.ts';
import { packageVersion } from '../../records/package-version.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import { findings, renderReport } from '../../reports/index.ts';
import type { ReportData } from '../../reports/report-data.ts';
import type { CommonFlags } from '../options.ts';
import { engineering, print, printJson } from '../terminal.ts';

export interface ReportFlags extends CommonFlags {
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

/** @throws UserError for a folder without results */
export async function report(directories: readonly string[], flags: ReportFlags): Promise<void> {
  const written = await writeReport(directories, flags.output, flags.title);
  if (flags.json === true) {
    printJson({ file: flags.output, ...written });
    return;
  }
  for (const finding of written.findings) print(`${pc.cyan('•')} ${finding}`);
  print(`${pc.dim('report:')} ${flags.output} (${engineering(written.bytes)}B)`);
}
