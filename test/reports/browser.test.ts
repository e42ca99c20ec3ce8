// A report in a real browser: charts come alive, tables answer, and nothing is asked for.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../../reports/index.ts';
import { checkData, comparisonData, explanationData } from './decision-fixture.ts';
import { calibrationData, reportData, studyData } from './report-fixture.ts';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.MORPHLINE_CHROME ?? PATHS.find(existsSync);
if (executablePath === undefined) {
  if (process.env.CI) throw new Error('CI has no Chromium: apt-get install chromium');
  console.warn('NO CHROMIUM: the report is not tested in a browser');
}

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core')), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'morphline-report-'));
let browser: Browser;

/** 200 networks in a study: enough for a band. */
function data() {
  const study = studyData();
  const rows = Array.from({ length: 200 }, (_, i) => ({
    ...study.rows[0],
    sample: i,
    flops: 1e9 + 1e7 * i,
    measured_us: null,
    v100_us: 20 + (i % 17),
    calibrated_us: 2000 + 10 * i + 300 * (i % 5),
  })) as typeof study.rows;
  const shares = rows.map((_, i) => Uint8Array.from([50 * (i % 5), 128]));
  const widths = { layers: ['Mixed/slow_when_wide', 'Mixed/indifferent'], shares };
  const calibration = calibrationData();
  const kernels = Array.from({ length: 60 }, (_, i) => ({
    ...(calibration.kernels[i % 4] ?? calibration.kernels[0]),
    latency_us: 10 + i,
  })) as typeof calibration.kernels;
  return reportData({
    calibrations: [{ ...calibration, kernels }],
    comparisons: [comparisonData()],
    explanations: [explanationData()],
    checks: [checkData()],
    studies: [{ ...study, summary: { ...study.summary, samples: 200 }, rows, widths }],
  });
}

interface Opened {
  readonly page: Page;
  readonly console: string[];
  readonly requests: string[];
}

async function open(script = true, viewport = { width: 1280, height: 900 }): Promise<Opened> {
  const file = join(folder, script ? 'report.html' : 'still.html');
  writeFileSync(file, await renderReport(data(), { script }));
  const page = await browser.newPage({ viewport });
  const told: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => told.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => told.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, console: told, requests };
}

/** Scrolls through the page until every chart with a specification is live. */
async function enliven(page: Page): Promise<number> {
  const charts = page.locator('.wide .chart:has(script), .only .chart:has(script)');
  const count = await charts.count();
  for (let i = 0; i < count; i++) {
    await charts.nth(i).scrollIntoViewIfNeeded();
    await charts.nth(i).locator('.view').waitFor();
  }
  return count;
}

describe.skipIf(executablePath === undefined)('a report in a browser', () => {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executablePath as string,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('every chart comes alive; the console stays silent; nothing is asked for but the file', async () => {
    const { page, console: told, requests } = await open();
    expect(await enliven(page)).toBeGreaterThan(5);
    expect(told).toEqual([]);
    expect(requests.map((url) => url.replace(/^.*\//, ''))).toEqual(['report.html']);
    await page.close();
  });

  test('as many marks as data, fewer when a series is switched off in the legend', async () => {
    const { page } = await open();
    await enliven(page);
    const roofline = page.locator('#roofline-1 figure').first();
    const dots = roofline.locator('.view path[aria-roledescription], .view .mark-symbol path');
    const before = await dots.count();
    expect(before).toBe(data().calibrations[0]?.kernels.filter(({ flops }) => flops > 0).length);
    await roofline.locator('.legend button').first().click();
    await expect.poll(() => dots.count()).toBeLessThan(before);
    await roofline.locator('.legend button').first().click();
    await expect.poll(() => dots.count()).toBe(before);
    await page.close();
  });

  test('kernels are found by their class', async () => {
    const { page } = await open();
    await enliven(page);
    const figure = page.locator('#roofline-1 figure').first();
    const dots = figure.locator('.view .mark-symbol path');
    const all = await dots.count();
    await figure.locator('input[type=search]').fill('no such kernel');
    await expect.poll(() => dots.count()).toBe(0);
    await figure.locator('input[type=search]').fill('CONV 1x1');
    await expect.poll(() => dots.count()).toBe(all);
    await page.close();
  });

  test('another device model predicts otherwise', async () => {
    const { page } = await open();
    await enliven(page);
    const figure = page.locator('#validation-1 figure');
    const dots = figure.locator('.view .mark-symbol path');
    const places = () => dots.evaluateAll((list) => list.map((each) => each.getAttribute('transform')));
    const chosen = await places();
    await figure.locator('select').selectOption('roofline');
    await expect.poll(places).not.toEqual(chosen);
    expect(await places()).toHaveLength(chosen.length);
    await figure.locator('select').selectOption('overhead');
    await expect.poll(places).toEqual(chosen);
    await page.close();
  });

  test('the pointer gets facts', async () => {
    const { page } = await open();
    await enliven(page);
    const dot = page.locator('#roofline-1 .view .mark-symbol path').first();
    await dot.scrollIntoViewIfNeeded();
    await dot.hover({ force: true });
    await expect.poll(() => page.locator('.tip').textContent()).toMatch(/GFLOP\/s/);
    await page.close();
  });

  test('a band of FLOPs moves by key and by dragging, and names the layer that tells slow from fast', async () => {
    const { page } = await open();
    await enliven(page);
    const band = page.locator('.band');
    const told = band.locator('[aria-live]');
    const [from, to] = [band.locator('input').first(), band.locator('input').last()];
    await from.fill('0');
    await to.fill('200');
    await expect.poll(() => told.textContent()).toContain('200 networks of');
    expect(await band.locator('table').nth(1).locator('tbody tr').first().textContent()).toContain(
      'Mixed/slow_when_wide',
    );
    await to.focus();
    for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowLeft');
    await expect.poll(() => told.textContent()).not.toContain('200 networks of');

    const before = await told.locator('p').textContent();
    const view = page.locator('#study-1 .view').first();
    await view.scrollIntoViewIfNeeded();
    const box = await view.boundingBox();
    if (box === null) throw new Error('no chart');
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.9 * box.width, box.y + 100);
    await page.mouse.up();
    await expect.poll(() => told.locator('p').textContent()).not.toBe(before);
    await page.close();
  });

  test('tables sort, filter, hide columns and are saved as they are shown', async () => {
    const { page } = await open();
    const section = page.locator('#layers-1');
    const table = section.locator('table').first();
    const names = () => table.locator('tbody tr:visible th').allTextContents();
    const before = await names();
    const heading = table.locator('thead th').nth(1);
    await heading.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    expect(await names()).not.toEqual(before);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await names()).toEqual(before);

    const name = before[3] as string;
    await section.locator('input[type=search]').first().fill(name);
    expect(await names()).toContain(name);
    expect((await names()).length).toBeLessThan(before.length);
    await section.locator('.columns summary').first().click();
    await section.locator('.columns input').first().uncheck();
    const download = page.waitForEvent('download');
    await section.getByRole('button', { name: 'CSV' }).first().click();
    const stream = await (await download).createReadStream();
    let csv = '';
    for await (const chunk of stream) csv += chunk;
    const [head = '', ...rows] = csv.trim().split('\r\n');
    expect(head).not.toContain('FLOPs');
    expect(rows.length).toBe((await names()).length);
    expect(csv).toContain(name);
    await page.close();
  });

  test('without scripts the same page is pictures', async () => {
    const { page, console: told } = await open(false);
    expect(await page.locator('script').count()).toBe(0);
    expect(await page.locator('.tools').count()).toBe(0);
    await page.locator('#roofline-1 svg').first().waitFor();
    expect(told).toEqual([]);
    await page.close();
  });

  test('prints: pictures rather than canvases, and no tools', async () => {
    const { page } = await open();
    await enliven(page);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.view:visible').count()).toBe(0);
    expect(await page.locator('.tools:visible').count()).toBe(0);
    expect(await page.locator('#roofline-1 .wide svg:visible').count()).toBeGreaterThan(0);
    expect((await page.pdf()).length).toBeGreaterThan(20_000);
    await page.close();
  });

  test.each([
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
    [2560, 'light'],
    [2560, 'dark'],
  ] as const)('axe finds nothing at %i pixels, %s, and nothing sticks out', async (width, colorScheme) => {
    const { page } = await open(true, { width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await enlivenVisible(page);
    await page.evaluate(AXE);
    const violations = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const found = await axe.run();
      return found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' ')}`,
      );
    });
    expect(violations).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    await page.close();
  });
});

/** Where a phone has no live charts. */
async function enlivenVisible(page: Page): Promise<void> {
  if ((page.viewportSize()?.width ?? 0) > 700) await enliven(page);
}
