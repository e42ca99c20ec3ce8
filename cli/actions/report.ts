// What `morphline report` does: the results of some folders as a page or in other forms, and its findings on the terminal.
import { extname, join } from 'node:path';
import pc from 'picocolors';
import { readResults } from '../../experiments/results/read-results.ts';
import { packageVersion } from '../../records/package-version.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import {
  findings,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportOptions,
  renderReport,
  reportData,
  reportFiles,
} from '../../reports/index.ts';
import { onFolderChange } from '../folder-changes.ts';
import type { CommonFlags } from '../options.ts';
import { engineering, print, printJson } from '../terminal.ts';

export interface ReportFlags extends CommonFlags {
  readonly output?: string;
  readonly format: string;
  readonly title: string;
  readonly script: boolean;
  readonly open?: boolean;
  readonly watch?: boolean;
}

interface WrittenReport {
  readonly files: { readonly file: string; readonly bytes: number }[];
  readonly findings: string[];
}

export interface ReportRequest extends ReportOptions {
  readonly formats: readonly ReportFormat[];
  readonly title: string;
  /** Where the one file goes, or the folder of several. */
  readonly output: { readonly file: string } | { readonly folder: string };
}

/** Forms that are one file. */
const SINGLE: ReadonlySet<ReportFormat> = new Set(['html', 'md', 'json']);

/** Writes the report of these folders and returns its findings. */
export async function writeReport(
  directories: readonly string[],
  { formats, title, output, script = true }: ReportRequest,
): Promise<WrittenReport> {
  const generatedAt = new Date().toISOString();
  const data = reportData(readResults(directories), { title, generatedAt, version: packageVersion() });
  const page = await renderReport(data, { script });
  const files: WrittenReport['files'] = [];
  for (const format of formats) {
    for (const { name, content } of await reportFiles(format, data, page)) {
      const file = 'file' in output ? output.file : join(output.folder, name);
      writeFileAtomic(file, content);
      files.push({ file, bytes: Buffer.byteLength(content) });
    }
  }
  return { files, findings: findings(data) };
}

function formatsOf(text: string): ReportFormat[] {
  return text.split(',').map((name) => {
    const found = REPORT_FORMATS.find((format) => format === name.trim());
    if (found !== undefined) return found;
    throw new UserError({
      got: `--format ${text}`,
      expected: `${REPORT_FORMATS.slice(0, -1).join(', ')} or ${REPORT_FORMATS.at(-1)}, several with commas`,
      fix: 'correct the flag',
    });
  });
}

function requestOf({ format, title, output, script, open }: ReportFlags): ReportRequest {
  const formats = formatsOf(format);
  const [first] = formats;
  if (open === true && !formats.includes('html')) {
    throw new UserError({
      got: `--open with --format ${format}`,
      expected: 'a page to open',
      fix: 'add html to --format, or leave --open out',
    });
  }
  const isFile = formats.length === 1 && first !== undefined && SINGLE.has(first);
  const ending = output === undefined ? '' : extname(output);
  if (!isFile && /^\.(?:html|md|json|csv|svg|png)$/.test(ending)) {
    throw new UserError({
      got: `--output ${output} with --format ${format}`,
      expected: 'a folder: there will be several files',
      fix: `name one without ${ending}`,
    });
  }
  const place = isFile ? { file: output ?? `report.${first}` } : { folder: output ?? 'report' };
  return { formats, title, script, output: place };
}

/** @throws UserError for a folder without results */
export async function report(directories: readonly string[], flags: ReportFlags): Promise<void> {
  const request = requestOf(flags);
  const written = await writeReport(directories, request);
  const files = written.files.map(({ file }) => file);
  if (flags.json === true) printJson({ ...written, file: files[0] ?? null });
  else {
    for (const finding of written.findings) print(`${pc.cyan('•')} ${finding}`);
    const bytes = written.files.reduce((sum, each) => sum + each.bytes, 0);
    const { output } = request;
    const what = 'file' in output ? output.file : `${files.length} files in ${output.folder}`;
    print(`${pc.dim('report:')} ${what} (${engineering(bytes)}B)`);
  }
  const page = files.find((file) => extname(file) === '.html' || request.formats[0] === 'html');
  if (flags.open === true && page !== undefined) {
    const { default: open } = await import('open');
    await open(page);
  }
  if (flags.watch !== true) return;
  await onFolderChange(directories, async () => {
    await writeReport(directories, request);
    print(`${pc.dim(new Date().toLocaleTimeString())} written again`);
  });
}
