// Builds dist/ when a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = [
  'records',
  'network',
  'profiler',
  'calibration',
  'morphnet',
  'experiments',
  'reports',
  'cli',
  'bench',
  'scripts',
];
const STAMP = join('dist', '.tsbuildinfo');
const FILES = ['index.ts', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

function newestMs(directory) {
  let newest = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestMs(path));
    else if (entry.name.endsWith('.ts')) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

/** Whether a source is newer than the last build. */
export function isStale(root) {
  const stamp = join(root, STAMP);
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const newest = Math.max(
    ...FOLDERS.map((name) => newestMs(join(root, name))),
    ...FILES.map((name) => statSync(join(root, name)).mtimeMs),
  );
  return newest > built;
}

/** Builds, and tells what is wrong on stderr; false where types are, true else. Exits 2 without node_modules. */
export function build(root) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(tsc)) {
    process.stderr.write('morphline: node_modules is missing: run `npm ci` first\n');
    process.exit(2);
  }
  const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) return false;
  // tsc leaves the stamp alone when nothing that it reads has changed.
  utimesSync(join(root, STAMP), new Date(), new Date());
  return true;
}

/** Exits 2 without node_modules, 1 if the build fails. */
export function buildIfStale(root) {
  if (isStale(root) && !build(root)) process.exit(1);
}
