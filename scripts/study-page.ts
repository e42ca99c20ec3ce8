// Writes docs/study.md and its charts from the committed studies: npm run -s study-page -- [DIR…]
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { analyzeStudy } from '../experiments/study-analysis/analyze-study.ts';
import { readStudyFiles } from '../experiments/study-analysis/read-study.ts';
import { writeFileAtomic } from '../records/run-file.ts';
import { UserError } from '../records/user-error.ts';
import { type PageFile, studyPage } from '../reports/study-page/study-page.ts';

/** The committed studies, by name. */
export function committedStudies(root: string): string[] {
  const results = join(root, 'results');
  if (!existsSync(results)) return [];
  return readdirSync(results)
    .filter((name) => name.startsWith('study-'))
    .sort()
    .map((name) => join(results, name));
}

/** The page about the studies in these folders, analyzed anew. */
export function studyPageOf(directories: readonly string[]): Promise<PageFile[]> {
  return studyPage(
    directories.map((directory) => {
      const files = readStudyFiles(directory);
      return { name: basename(directory), run: files.run, rows: files.rows, analysis: analyzeStudy(files) };
    }),
  );
}

/**
 * Writes docs/study.md and its charts.
 * @param given folders of studies; none: all of results/
 * @returns the exit code
 * @throws UserError where there is no study, or one whose files are broken
 */
export async function main(root: string, given: readonly string[]): Promise<number> {
  const directories = given.length > 0 ? given : committedStudies(root);
  if (directories.length === 0) {
    throw new UserError({
      got: 'no results/study-* folder',
      expected: 'at least one study',
      fix: 'name folders of finished studies, or pack one: node scripts/run.mjs pack-study DIR',
    });
  }
  for (const { path, text } of await studyPageOf(directories)) {
    writeFileAtomic(join(root, 'docs', path), text);
    process.stdout.write(`docs/${path}  ${Math.ceil(text.length / 1024)} kB\n`);
  }
  return 0;
}
