// Runs a maintainers' script of this folder, built when a source is newer: node scripts/run.mjs NAME ARGS…
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const root = dirname(folder);
const [name = '', ...args] = process.argv.slice(2);
const hasMain = (file) => /^export (async )?function main\(/m.test(readFileSync(join(folder, file), 'utf8'));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && hasMain(file))
  .map((file) => file.slice(0, -3));
if (!names.includes(name)) {
  process.stderr.write(`run: got ${name || 'no name'}; expected one of ${names.join(', ')}\n`);
  process.exit(2);
}
buildIfStale(root);
try {
  const { main } = await import(pathToFileURL(join(root, 'dist', 'scripts', `${name}.js`)).href);
  process.exitCode = await main(root, args);
} catch (error) {
  if (error?.name !== 'UserError') throw error;
  process.stderr.write(`${name}: ${error.message}\n`);
  process.exitCode = 2;
}
