import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ReportFormat, renderReport, reportFiles } from '../../../reports/index.ts';
import { reportData } from '../report-fixture.ts';

const data = reportData({ title: 'A *report* of <b>' });
let page = '';

async function files(format: ReportFormat): Promise<Map<string, string | Buffer>> {
  return new Map((await reportFiles(format, data, page)).map(({ name, content }) => [name, content]));
}

beforeAll(async () => {
  page = await renderReport(data);
});

describe('a report in other forms', () => {
  test('Markdown: verdicts, findings, every table; nothing in it is markup', async () => {
    const text = String((await files('md')).get('report.md'));
    expect(text).toMatch(/^# A \\\*report\\\* of \\<b\\>\n/);
    expect(text).toContain('**What next?**');
    expect(text.match(/^\| --- \|/gm)?.length).toBe(page.match(/<table/g)?.length);
    expect(text).not.toMatch(/(?<!\\)<|&lt;|&amp;/);
  });

  test('JSON: the same, for programs', async () => {
    const found = JSON.parse(String((await files('json')).get('report.json')));
    expect(found).toMatchObject({ title: data.title, version: data.version });
    expect(found.verdicts.length).toBe(3);
    expect(found.tables[0].rows.length).toBeGreaterThan(1);
  });

  test('CSV: a file per table, and no cell is a formula', async () => {
    const tables = await files('csv');
    const rows: string[][] = parse(String(tables.get('layers-1-1.csv')));
    expect(rows[0]?.[0]).toBe('Layer');
    expect(rows.length).toBeGreaterThan(20);
    for (const content of tables.values()) {
      for (const cell of (parse(String(content)) as string[][]).flat()) expect(cell).not.toMatch(/^[=+@]/);
    }
  });

  test('SVG and PNG: a picture per chart, in fixed colours', async () => {
    const charts = await files('svg');
    expect(charts.size).toBeGreaterThan(5);
    for (const content of charts.values()) {
      expect(String(content)).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(String(content)).not.toContain('var(--');
    }
    const pictures = await files('png');
    expect(pictures.size).toBe(charts.size);
    const { width = 0, format } = await sharp(pictures.get('roofline-1-1.png') as Buffer).metadata();
    expect(format).toBe('png');
    expect(width).toBe(2 * 880);
  });
});
