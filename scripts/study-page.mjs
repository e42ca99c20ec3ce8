// Writes docs/study.md and its charts from the committed studies: npm run -s study-page
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
buildIfStale(root);
const { writeStudyPage } = await import(pathToFileURL(join(root, 'dist', 'scripts', 'study-page.js')).href);
process.exitCode = await writeStudyPage(root, process.argv.slice(2));
