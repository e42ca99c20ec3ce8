// Runs the CLI from a checkout: builds dist/ first when a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = ['network', 'profiler', 'calibration', 'morphnet', 'experiments', 'reports', 'cli'];

function newestMs(directory) {
  let newest = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestMs(path));
    else if (entry.name.endsWith('.ts')) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

const stamp = join(root, 'dist', '.tsbuildinfo');
const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
const newest = Math.max(
  ...sources.map((name) => newestMs(join(root, name))),
  ...['index.ts', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map(
    (name) => statSync(join(root, name)).mtimeMs,
  ),
);
if (newest > built) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(tsc)) {
    process.stderr.write('morphline: node_modules is missing: run `npm ci` first\n');
    process.exit(2);
  }
  // tsc leaves the stamp alone when nothing it reads changed, so --force by removing it.
  const build = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
    stdio: ['ignore', 2, 2],
  });
  if (build.status !== 0) process.exit(1);
  const { utimesSync } = await import('node:fs');
  utimesSync(stamp, new Date(), new Date());
}
await import(pathToFileURL(join(root, 'dist', 'cli', 'main.js')).href);
