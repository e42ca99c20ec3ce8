// Packs a finished study into results/: node scripts/pack-study.mjs DIR [device.json]
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
buildIfStale(root);
const { packStudyCommand } = await import(pathToFileURL(join(root, 'dist', 'scripts', 'pack-study.js')).href);
process.exitCode = await packStudyCommand(root, process.argv.slice(2));
