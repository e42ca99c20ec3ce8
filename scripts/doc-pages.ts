// Writes the pages that are made of the sources, docs/troubleshooting.md and docs/operators.md: npm run -s doc-pages
import { join } from 'node:path';
import { writeFileAtomic } from '../records/run-file.ts';
import { operatorsPage } from './pages/operators-page.ts';
import { troubleshootingPage } from './pages/troubleshooting-page.ts';

/** The pages by their paths. */
export function docPages(root: string): { path: string; text: string }[] {
  return [
    { path: 'docs/troubleshooting.md', text: troubleshootingPage(root) },
    { path: 'docs/operators.md', text: operatorsPage(root) },
  ];
}

/** @returns the exit code */
export async function main(root: string): Promise<number> {
  for (const { path, text } of docPages(root)) {
    writeFileAtomic(join(root, path), text);
    process.stdout.write(`${path}  ${Math.ceil(text.length / 1024)} kB\n`);
  }
  return 0;
}
