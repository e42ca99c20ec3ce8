import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import { analyzeStudy } from '../../experiments/study-analysis/analyze-study.ts';
import { readStudyFiles } from '../../experiments/study-analysis/read-study.ts';
import { packStudy, main as packStudyScript } from '../../scripts/pack-study.ts';
import { committedStudies, studyPageOf, main as studyPageScript } from '../../scripts/study-page.ts';
import { PROFILE, plantStudy } from '../experiments/study-analysis/planted-study.ts';
import { temporaryFolder } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAX_SVG_BYTES = 300 * 1024;
const MAX_CSV_BYTES = 2 * 1024 * 1024;

describe('docs/study.md', () => {
  const committed = committedStudies(ROOT);

  test('is what the committed studies give, every figure of it', async () => {
    const path = join(ROOT, 'docs', 'study.md');
    // Without studies there is nothing that a page could be about.
    expect(existsSync(path)).toBe(committed.length > 0);
    const files = committed.length > 0 ? await studyPageOf(committed) : [];
    const [page, ...charts] = files;
    expect(page?.text).toBe(existsSync(path) ? readFileSync(path, 'utf8') : undefined);
    for (const chart of charts) expect(existsSync(join(ROOT, 'docs', chart.path))).toBe(true);
  });

  test('and its data stay small', () => {
    for (const directory of committed) {
      expect(readFileSync(join(directory, 'study.csv.gz')).length).toBeLessThan(MAX_CSV_BYTES);
      const charts = join(ROOT, 'docs', 'study', basename(directory));
      for (const file of readdirSync(charts))
        expect(readFileSync(join(charts, file)).length).toBeLessThan(MAX_SVG_BYTES);
    }
  });
});

describe('a study of a device where latency is FLOPs', () => {
  const root = temporaryFolder();
  const study = temporaryFolder();
  plantStudy(study, 500, ({ flops }) => flops / 1e4);

  test('is packed with its profile, and loses nothing', () => {
    const out = packStudy(root, study, PROFILE);
    expect(basename(out)).toBe('study-inception-32-onnxruntime');
    expect(readdirSync(out).sort()).toEqual(['device.json.gz', 'run.json', 'study.csv.gz', 'study.json']);
    const few = { resamples: 20 };
    expect(analyzeStudy(readStudyFiles(out), few)).toEqual(
      analyzeStudy(readStudyFiles(study, [openDevice(PROFILE)]), few),
    );
    expect(committedStudies(root)).toEqual([out]);
  });

  test('is not packed without its profile', () => {
    expect(() => packStudy(root, study, null)).toThrow(/without its profile; expected the device\.json/);
    expect(() => packStudyScript(root, [])).toThrow(/got no folder; expected the folder of a finished study/);
  });

  test('has a page that says so, with a picture for every link', async () => {
    expect(await studyPageScript(root, [])).toBe(0);
    const page = readFileSync(join(root, 'docs', 'study.md'), 'utf8');
    expect(page).toContain('On the measured device FLOPs rank latency with 1.000');
    expect(page).toContain('the one with fewer FLOPs is the slower one in 0.0 % of cases');
    expect(page).toContain('| FLOPs – measured | 1.000 (1.000 … 1.000) | 1.000 (1.000 … 1.000) |');
    expect(page).not.toMatch(/NaN|undefined|null|Infinity/);
    const links = [...page.matchAll(/\]\((study\/[^)]+\.svg)\)/g)].map(([, link]) => link as string);
    expect(links.length).toBe(5);
    for (const link of links) {
      const svg = readFileSync(join(root, 'docs', link), 'utf8');
      expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(svg).not.toMatch(/NaN|undefined|var\(/);
    }
  });

  test('and without studies there is no page but a line that says why', async () => {
    await expect(studyPageScript(temporaryFolder(), [])).rejects.toThrow(/got no results\/study-\* folder/);
  });
});
