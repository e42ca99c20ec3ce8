// The HTML report: which sections, in which order.
import { html } from './html.ts';
import { page } from './page.ts';
import type { ReportData } from './report-data.ts';
import { footerMarkup } from './sections/footer.ts';
import { headerMarkup } from './sections/header.ts';
import { ladderSection } from './sections/ladder.ts';
import { layerSection } from './sections/layer-table.ts';
import { machineSection } from './sections/machine.ts';
import { rooflineSection } from './sections/roofline.ts';
import type { Section } from './sections/section.ts';
import { studySection } from './sections/study.ts';
import { sweepSection } from './sections/sweep.ts';
import { trainingSection } from './sections/training.ts';
import { validationSection } from './sections/validation.ts';

/** In the order of the page; the i-th of several folders has ids of its own. */
async function sectionsOf({ calibrations, studies, trainings, sweeps }: ReportData): Promise<Section[]> {
  const sections: Section[] = [];
  for (const [i, calibration] of calibrations.entries()) {
    sections.push(machineSection(calibration, `machine-${i + 1}`));
    sections.push(await rooflineSection(calibration, `roofline-${i + 1}`));
    sections.push(ladderSection(calibration, `ladder-${i + 1}`));
    sections.push(await validationSection(calibration, `validation-${i + 1}`));
  }
  for (const [i, study] of studies.entries()) sections.push(await studySection(study, `study-${i + 1}`));
  for (const [i, calibration] of calibrations.entries()) {
    sections.push(layerSection(calibration, `layers-${i + 1}`));
  }
  for (const [i, training] of trainings.entries()) {
    sections.push(await trainingSection(training, `training-${i + 1}`));
  }
  for (const [i, sweep] of sweeps.entries()) sections.push(await sweepSection(sweep, `sweep-${i + 1}`));
  return sections;
}

/**
 * The report: one HTML document with its charts and styles inside, which asks for nothing, runs no script and is the
 * same bytes for the same data.
 */
export async function renderReport(data: ReportData): Promise<string> {
  const sections = await sectionsOf(data);
  return page(data.title, [
    headerMarkup(data, sections),
    html`<main>
${sections.map(({ body }) => body)}</main>
`,
    footerMarkup(data),
  ]);
}
