// Runs benchmarks of bench/ by name, or lists them: npm run bench -- sub-network-costs
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.some((name) => !names.includes(name))) {
  process.stderr.write(`bench: got ${wanted.join(' ') || 'no name'}; expected some of ${names.join(', ')}\n`);
  process.exit(2);
}
buildIfStale(root);
for (const name of wanted) await import(pathToFileURL(join(root, 'dist', 'bench', `${name}.js`)).href);
process.exit(0);
