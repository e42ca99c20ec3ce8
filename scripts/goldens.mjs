// Checks files of reference figures of Google's morph-net: npm run -s goldens -- FILE…
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
buildIfStale(root);
await import(pathToFileURL(join(root, 'dist', 'scripts', 'goldens.js')).href);
