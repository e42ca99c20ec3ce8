// The browser example: bundled by Vite as a project of its own would be, and run in Chromium.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, type Plugin, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOnnx } from '../../network/onnx/read.ts';
import { ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.MORPHLINE_CHROME ?? PATHS.find(existsSync);
if (executablePath === undefined) {
  if (process.env.CI) throw new Error('CI has no Chromium: apt-get install chromium');
  console.warn('NO CHROMIUM: the browser example is not run');
}

const project = temporaryFolder();
/** Modules of Node that are asked for, with the files that do. */
const asked: { builtin: string; importer: string }[] = [];
const listener: Plugin = {
  name: 'builtins',
  enforce: 'pre',
  resolveId(source, importer) {
    if (isBuiltin(source)) asked.push({ builtin: source, importer: importer ?? '' });
    return null;
  },
};
let modules: string[];

/** A module's code without its comments. */
const codeOf = (path: string) => readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

/** A project that has installed this package and tfjs. */
function makeProject(): void {
  cpSync(join(ROOT, 'examples', 'train-in-browser'), project, { recursive: true });
  const installed = join(project, 'node_modules');
  mkdirSync(join(installed, '@tensorflow'), { recursive: true });
  symlinkSync(ROOT, join(installed, 'morphline'), 'dir');
  const tfjs = join('@tensorflow', 'tfjs');
  symlinkSync(join(ROOT, 'node_modules', tfjs), join(installed, tfjs), 'dir');
}

beforeAll(async () => {
  makeProject();
  const built = await build({ root: project, configFile: false, logLevel: 'silent', plugins: [listener] });
  const outputs = [built].flat() as Rolldown.RolldownOutput[];
  const chunks = outputs.flatMap(({ output }) => output).filter((each) => each.type === 'chunk');
  modules = chunks.flatMap(({ moduleIds }) => moduleIds);
});

describe('the bundle of a program that imports morphline/morphnet', () => {
  test('has what it trains with', () => {
    const ours = modules.filter((id) => id.startsWith(join(ROOT, 'dist')));
    expect(ours.some((id) => id.endsWith('morphnet/network-regularizer.js'))).toBe(true);
    expect(modules.some((id) => id.includes('tfjs-core'))).toBe(true);
  });

  test('has no engine, no experiment, no report', () => {
    const others = /\/dist\/(profiler|experiments|reports|cli)\/|onnxruntime|tfjs-node|sharp|vega/;
    expect(modules.filter((id) => others.test(id))).toEqual([]);
  });

  test('asks for nothing of Node', () => {
    const ours = join(ROOT, 'dist');
    expect(asked.filter(({ importer }) => importer.startsWith(ours))).toEqual([]);
    // What other packages ask for they map away for browsers themselves.
    expect(asked.filter(({ builtin }) => builtin.startsWith('node:'))).toEqual([]);
    const own = modules.filter((id) => id.startsWith(ours));
    const using = own.filter((id) => /\b(Buffer\.|process\.|__dirname|require\()/.test(codeOf(id)));
    expect(using).toEqual([]);
  });

  test('has one copy of tfjs', () => {
    const cores = modules.filter((id) => /tfjs-core\/dist\/engine\.js$/.test(id));
    expect(cores).toHaveLength(1);
  });
});

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

function serve(folder: string): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const path = join(folder, url === '/' ? 'index.html' : (url ?? ''));
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    response.end(readFileSync(path));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let server: Server;
  beforeAll(async () => {
    server = await serve(join(project, 'dist'));
  });
  afterAll(() => server.close());

  test('it trains, lets channels go, and offers an ONNX file that reads', async () => {
    const browser = await chromium.launch({
      executablePath: executablePath as string,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const link = page.locator('#onnx');
      await expect
        .poll(async () => errors.length > 0 || (await link.isVisible()), { timeout: 100_000, interval: 500 })
        .toBe(true);
      expect(errors).toEqual([]);
      const log = (await page.locator('#log').textContent()) ?? '';
      expect(Number(/µs, accuracy ([\d.]+)$/m.exec(log)?.[1])).toBeGreaterThan(0.9);
      const [, before, after] = /^(\d+) → (\d+) weights$/m.exec(log) ?? [];
      expect(Number(after)).toBeLessThan(Number(before));
      const bytes = await page.evaluate(async () => {
        const { href } = document.querySelector('#onnx') as HTMLAnchorElement;
        return [...new Uint8Array(await (await fetch(href)).arrayBuffer())];
      });
      const { network } = readOnnx(Uint8Array.from(bytes), 'classifier');
      expect(network.layers.map(({ kind }) => kind)).toContain('conv2d');
    } finally {
      await browser.close();
    }
  });
});
