// A report in other forms: Markdown and JSON for other programs' pages, its charts and tables as files.
import { stringify } from 'csv-stringify/sync';
import sharp from 'sharp';
import { standaloneDrawing } from '../charts/standalone-chart.ts';
import { keyFindings } from '../findings.ts';
import { colour } from '../palette.ts';
import type { ReportData } from '../report-data.ts';
import { markdownTable } from '../text-table.ts';
import { verdicts } from '../verdict.ts';
import { pageCharts, pageTables, textOf } from './page-parts.ts';

/** The forms that a report has, as `--format` names them. */
export const REPORT_FORMATS = ['html', 'md', 'json', 'csv', 'svg', 'png'] as const;
/** One of {@link REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A file of a report: its name, `report` being the page's own, and what is in it. */
export interface ReportFile {
  readonly name: string;
  readonly content: string | Buffer;
}

/** Pixels of a picture for each of the page's. */
const PICTURE_SCALE = 2;

/** Text in Markdown: nothing in it is taken for markup. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~!]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}

function markdown(data: ReportData, page: string): string {
  const titles = new Map(
    [...page.matchAll(/<section id="([a-z]+-\d+)">[\s\S]*?<h2>([\s\S]*?)<\/h2>/g)].map(
      ([, id = '', title = '']) => [id, textOf(title)],
    ),
  );
  const lines = [`# ${escaped(data.title)}`, ''];
  for (const { question, figure, sentence, command } of verdicts(data)) {
    lines.push(`**${escaped(question)}** ${escaped(figure)}. ${escaped(sentence)}`, '');
    if (command !== undefined) lines.push(`    ${command.replace(/\s+/g, ' ')}`, '');
  }
  for (const { sentence } of keyFindings(data)) lines.push(`- ${escaped(sentence)}`);
  let section = '';
  for (const table of pageTables(page)) {
    const [heading = [], ...rows] = table.rows;
    if (table.section !== section) {
      section = table.section;
      lines.push('', `## ${escaped(titles.get(section) ?? section)}`);
    }
    lines.push('', markdownTable({ head: heading.map(escaped), rows: rows.map((row) => row.map(escaped)) }));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function json(data: ReportData, page: string): string {
  const { title, generatedAt, version } = data;
  const found = keyFindings(data);
  const tables = pageTables(page);
  return `${JSON.stringify({ title, generatedAt, version, verdicts: verdicts(data), findings: found, tables }, null, 2)}\n`;
}

/** Text that a spreadsheet would take for a formula is marked as text. */
const spreadsheetText = (text: string) => (/^[=+@\t\r]|^[-−](?!\s*\d)/.test(text) ? `'${text}` : text);

function numbered<T extends { readonly section: string }>(parts: readonly T[]): [name: string, part: T][] {
  const counts = new Map<string, number>();
  return parts.map((part) => {
    const index = (counts.get(part.section) ?? 0) + 1;
    counts.set(part.section, index);
    return [`${part.section}-${index}`, part];
  });
}

const standalone = (svg: string) => standaloneDrawing(svg, ` style="background:${colour('page')}"`);

/**
 * The files of a report in one form; charts and tables are a file each.
 * @param page as `renderReport` made it of the same data
 */
export async function reportFiles(
  format: ReportFormat,
  data: ReportData,
  page: string,
): Promise<ReportFile[]> {
  switch (format) {
    case 'html':
      return [{ name: 'report.html', content: page }];
    case 'md':
      return [{ name: 'report.md', content: markdown(data, page) }];
    case 'json':
      return [{ name: 'report.json', content: json(data, page) }];
    case 'csv':
      return numbered(pageTables(page)).map(([name, { rows }]) => ({
        name: `${name}.csv`,
        content: stringify(rows.map((row) => row.map(spreadsheetText))),
      }));
    case 'svg':
      return numbered(pageCharts(page)).map(([name, { svg }]) => ({
        name: `${name}.svg`,
        content: standalone(svg),
      }));
    case 'png': {
      const files: ReportFile[] = [];
      for (const [name, { svg }] of numbered(pageCharts(page))) {
        const picture = sharp(Buffer.from(standalone(svg)), { density: 72 * PICTURE_SCALE });
        files.push({ name: `${name}.png`, content: await picture.png().toBuffer() });
      }
      return files;
    }
    default:
      return format satisfies never;
  }
}
