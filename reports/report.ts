// The HTML report: which sections, in which order.
import { withoutDataBlocks } from './data-block.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { pageScripts } from './page-scripts.ts';
import type { ReportData } from './report-data.ts';
import { checkSection } from './sections/check.ts';
import { comparisonSection } from './sections/comparison.ts';
import { devicesSection } from './sections/devices.ts';
import { explanationSection } from './sections/explanation.ts';
import { footerMarkup } from './sections/footer.ts';
import { headerMarkup, mapMarkup } from './sections/header.ts';
import { ladderSection } from './sections/ladder.ts';
import { layerSection } from './sections/layer-table.ts';
import { machineSection } from './sections/machine.ts';
import { rooflineSection } from './sections/roofline.ts';
import { type Section, sectionMarkup } from './sections/section.ts';
import { studySection } from './sections/study.ts';
import { sweepSection } from './sections/sweep.ts';
import { trainingSection } from './sections/training.ts';
import { validationSection } from './sections/validation.ts';
import { widthSection } from './sections/width-costs.ts';

/** In the order of the page; the i-th of several folders has ids of its own. */
async function sectionsOf(data: ReportData): Promise<Section[]> {
  const { calibrations, studies, trainings, sweeps, comparisons, explanations, checks } = data;
  const sections: Section[] = checks.map((check, i) => checkSection(check, `check-${i + 1}`));
  for (const [i, each] of comparisons.entries())
    sections.push(await comparisonSection(each, `comparison-${i + 1}`));
  for (const [i, each] of explanations.entries())
    sections.push(await explanationSection(each, `explanation-${i + 1}`));
  if (calibrations.length > 1) sections.push(devicesSection(calibrations, 'devices-1'));
  for (const [i, calibration] of calibrations.entries()) {
    sections.push(await machineSection(calibration, `machine-${i + 1}`));
    sections.push(await rooflineSection(calibration, `roofline-${i + 1}`));
    sections.push(ladderSection(calibration, `ladder-${i + 1}`));
    sections.push(await validationSection(calibration, `validation-${i + 1}`));
  }
  for (const [i, study] of studies.entries()) sections.push(await studySection(study, `study-${i + 1}`));
  for (const [i, calibration] of calibrations.entries()) {
    sections.push(layerSection(calibration, `layers-${i + 1}`));
    sections.push(await widthSection(calibration, `widths-${i + 1}`));
  }
  for (const [i, training] of trainings.entries()) {
    sections.push(await trainingSection(training, `training-${i + 1}`));
  }
  for (const [i, sweep] of sweeps.entries()) sections.push(await sweepSection(sweep, `sweep-${i + 1}`));
  return sections;
}

/** What the page of a report has beside its data. */
export interface ReportOptions {
  /** False for a page without any script: charts are pictures, tables as they are. */
  readonly script?: boolean;
}

/**
 * The report: one HTML document with its charts, styles and scripts inside, which asks for nothing and is the same bytes for
 * the same data. Without scripts, printed, or where none may run, its charts are pictures of the same data.
 */
export async function renderReport(data: ReportData, { script = true }: ReportOptions = {}): Promise<string> {
  const sections = await sectionsOf(data);
  const content = html`${headerMarkup(data, sections)}${sections.length > 0 && mapMarkup(sections)}<main>
${sections.map((each) => sectionMarkup(each, sections))}</main>
${footerMarkup(data)}`;
  if (!script) return withoutDataBlocks(page(data.title, content));
  return page(data.title, content, pageScripts({ charts: content.text.includes('<script') }));
}
