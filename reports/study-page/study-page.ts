// docs/study.md and its charts, from analyzed studies.
import { studyCharts } from './study-charts.ts';
import { type PageStudy, studySection } from './study-section.ts';

/** A file of the page, by its path below docs/. */
export interface PageFile {
  readonly path: string;
  readonly text: string;
}

const INTRODUCTION = `# When do FLOPs and latency differ?

Random sub-networks of one network, each with its FLOPs, its latency on two GPUs by their datasheets (MorphNet's roofline,
P100 and V100) and its latency on a device at hand, predicted by the device's calibrated profile and measured.

This page, its charts and every figure in it are made of the committed data in \`results/study-*\` by one command,
\`npm run -s study-page\`; \`morphline study --analyze results/study-…\` prints one study's figures with all digits in
\`--json\`. How the figures are defined: \`experiments/study-analysis/\`.`;

/** The page about these studies, and its charts. The same studies give the same page. */
export async function studyPage(studies: readonly PageStudy[]): Promise<PageFile[]> {
  const files: PageFile[] = [];
  const sections: string[] = [];
  for (const study of studies) {
    const charts = await studyCharts(study.analysis, study.rows);
    for (const { name, svg } of charts) files.push({ path: `study/${study.name}/${name}.svg`, text: svg });
    sections.push(studySection(study, charts));
  }
  return [{ path: 'study.md', text: `${[INTRODUCTION, ...sections].join('\n\n')}\n` }, ...files];
}
