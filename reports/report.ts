// The HTML report: which sections, in which order.
import { withoutDataBlocks } from './data-block.ts';
import { distinctNames } from './distinct-names.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { pageScripts } from './page-scripts.ts';
import type { ReportData } from './report-data.ts';
import { devicesSection } from './sections/devices.ts';
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

/** In the order of the page; the i-th of several folders has ids of its own. */
async function sectionsOf({ calibrations, studies, trainings, sweeps }: ReportData): Promise<Section[]> {
  const sections: Section[] = [];
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
  }
  for (const [i, training] of trainings.entries()) {
    sections.push(await trainingSection(training, `training-${i + 1}`));
  }
  for (const [i, sweep] of sweeps.entries()) sections.push(await sweepSection(sweep, `sweep-${i + 1}`));
  return sections;
}

/** How a report is rendered. */
export interface ReportOptions {
  /** False for a page without any script: charts are pictures, tables as they are. */
  readonly script?: boolean;
}

/**
 * The report: one HTML document with its charts, styles and scripts inside, which asks for nothing and is the same bytes for
 * the same data. Without scripts, printed, or where none may run, its charts are pictures of the same data.
 */
export async function renderReport(
  given: ReportData,
  { script = true }: ReportOptions = {},
): Promise<string> {
  const data = { ...given, calibrations: distinctNames(given.calibrations) };
  const sections = await sectionsOf(data);
  const content = html`${headerMarkup(data, sections)}${sections.length > 0 && mapMarkup(sections)}<main>
${sections.map((each) => sectionMarkup(each, sections))}</main>
${footerMarkup(data)}`;
  if (!script) return withoutDataBlocks(page(data.title, content));
  return page(data.title, content, pageScripts({ charts: content.text.includes('<script') }));
}
