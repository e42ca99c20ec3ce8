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
 * `npm run -s study-page -- [DIR…]`: writes docs/study.md and its charts from the studies in these folders, all of
 * results/ by default.
 * @returns the exit code
 */
export async function writeStudyPage(root: string, given: readonly string[]): Promise<number> {
  try {
    const directories = given.length > 0 ? given : committedStudies(root);
    if (directories.length === 0) {
      throw new UserError({
        got: 'no results/study-* folder',
        expected: 'at least one study',
        fix: 'name folders of finished studies, or pack one: node scripts/pack-study.mjs DIR',
      });
    }
    for (const { path, text } of await studyPageOf(directories)) {
      writeFileAtomic(join(root, 'docs', path), text);
      process.stdout.write(`docs/${path}  ${Math.ceil(text.length / 1024)} kB\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`study-page: ${error.message}\n`);
    return 2;
  }
}
