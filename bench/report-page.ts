// A report in headless Chromium: first paint, long tasks after it, and what a move of the FLOPs band takes; each opening takes
// turns with an empty page. The sample report unless MORPHLINE_REPORT names another.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { median } from 'simple-statistics';

const PAIRS = 5;
const MOVES = 12;
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const REPORT = process.env.MORPHLINE_REPORT ?? join(import.meta.dirname, '../../docs/sample-report.html');
const EMPTY = join(mkdtempSync(join(tmpdir(), 'morphline-')), 'empty.html');
writeFileSync(EMPTY, '<!doctype html><html lang="en"><title>empty</title><p>empty');

/** Collects from the first moment on: tasks above 50 ms are long. */
const OBSERVE = `
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.longTasks.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
`;

interface Observed {
  readonly paintMs: number;
  /** Since navigation, and how long. */
  readonly longTasks: readonly (readonly [number, number])[];
}

async function open(browser: Browser, file: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
  await page.addInitScript(OBSERVE);
  await page.goto(pathToFileURL(resolve(file)).href);
  await page.waitForFunction('performance.getEntriesByName("first-contentful-paint").length > 0');
  return page;
}

const observed = (page: Page) =>
  page.evaluate(
    '({ paintMs: performance.getEntriesByName("first-contentful-paint")[0].startTime, longTasks: window.longTasks })',
  ) as Promise<Observed>;

/** Scrolls through all of the page, as a reader would. */
async function readThrough(page: Page): Promise<void> {
  const charts = page.locator('.wide .chart:has(script), .only .chart:has(script)');
  for (let i = 0; i < (await charts.count()); i++) {
    await charts.nth(i).scrollIntoViewIfNeeded();
    await charts.nth(i).locator('.view').waitFor();
  }
}

/** Milliseconds from a slider's move until the frame after it is drawn. */
async function moveMs(page: Page): Promise<number[]> {
  const band = page.locator('.band input[type=range]').first();
  if ((await band.count()) === 0) return [];
  await page.locator('.band').first().scrollIntoViewIfNeeded();
  return page.evaluate(async (moves) => {
    const slider = document.querySelector<HTMLInputElement>('.band input[type=range]');
    const times: number[] = [];
    if (slider === null) return times;
    for (let i = 0; i < moves; i++) {
      await new Promise((done) => setTimeout(done, 50));
      const start = performance.now();
      slider.value = String(60 + i);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
      times.push(performance.now() - start);
    }
    return times;
  }, MOVES);
}

const executablePath = process.env.MORPHLINE_CHROME ?? PATHS.find(existsSync);
if (executablePath === undefined) throw new Error('no Chromium: name one with MORPHLINE_CHROME');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
const paints: number[] = [];
const emptyPaints: number[] = [];
const longest: number[] = [];
const moves: number[] = [];
for (let pair = 0; pair < PAIRS; pair++) {
  const empty = await open(browser, EMPTY);
  emptyPaints.push((await observed(empty)).paintMs);
  await empty.close();
  const page = await open(browser, REPORT);
  await readThrough(page);
  const { paintMs, longTasks } = await observed(page);
  paints.push(paintMs);
  longest.push(Math.max(0, ...longTasks.filter(([start]) => start > paintMs).map(([, ms]) => ms)));
  moves.push(...(await moveMs(page)));
  await page.close();
}
await browser.close();

const ms = (values: readonly number[]) =>
  `${median([...values]).toFixed(0)} ms (${Math.min(...values).toFixed(0)} … ${Math.max(...values).toFixed(0)})`;
console.log(REPORT);
console.log(`first paint: ${ms(paints)}; of an empty page ${ms(emptyPaints)}`);
console.log(`longest task after it, read through to the end: ${ms(longest)}`);
if (moves.length > 0) console.log(`a move of the band until it is drawn: ${ms(moves)}`);
