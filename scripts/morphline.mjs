// Runs the command line from a checkout, built when a source is newer than the last build.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
buildIfStale(root);
await import(pathToFileURL(join(root, 'dist', 'cli', 'main.js')).href);
