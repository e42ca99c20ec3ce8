// A study's section of docs/study.md: how it was made, what it found, and its parts with their pictures.
import type { RunFile } from '../../records/run-file.ts';
import type { StudyRecord } from '../../records/study.ts';
import type { StudyAnalysis } from '../../records/study-analysis.ts';
import { instant, integer, percent } from '../number-format.ts';
import { markdownTable } from '../text-table.ts';
import type { StudyChart, StudyChartName } from './study-charts.ts';
import { studyFindings } from './study-findings.ts';
import { pageParts, type StudyPart } from './study-parts.ts';

/** A study as its committed folder has it. */
export interface PageStudy {
  /** Name of its folder. */
  readonly name: string;
  readonly run: Pick<RunFile, 'settings' | 'startedAt' | 'versions'>;
  readonly rows: readonly StudyRecord[];
  readonly analysis: StudyAnalysis;
}

/** The command that made a study. */
function command({ run, analysis }: PageStudy): string {
  const { settings } = run;
  const devices = analysis.devices.map(({ kind, name }) => (kind === 'datasheet' ? name : 'device.json'));
  const measuring =
    analysis.measured === null
      ? ''
      : ` --measure ${analysis.networks} --rounds ${settings.rounds} --engine ${settings.engine} --threads ${settings.threads}`;
  const law = analysis.law === 'uniform' ? '' : ` --law ${analysis.law}`;
  return `morphline study --network ${analysis.network} --samples ${analysis.samples}${law} --batch ${analysis.batch} --seed ${analysis.seed} --device ${devices.join(' ')}${measuring}`;
}

/** How the networks were measured, and how well. */
function measuring({ measured, networks }: StudyAnalysis): string {
  if (measured === null) return 'Nothing was measured.';
  const { adapter, engine, threads, repeatability, drift_range: drift } = measured;
  const drifted =
    drift === null
      ? ''
      : ` The machine was ${percent(drift)} slower in its slowest block of networks than in its fastest; this is divided out of all latencies below.`;
  return `${integer(networks)} of them were measured on ${adapter}, ${engine}, ${threads} thread${threads === 1 ? '' : 's'}; two passes over a network differ by ${percent(repeatability)} on average.${drifted}`;
}

function introduction({ run, analysis }: PageStudy): string {
  const { samples, network, law, seed, batch } = analysis;
  return `${integer(samples)} sub-networks of ${network}, widths drawn ${law}, seed ${seed}, batch ${batch}; begun ${instant(run.startedAt)}, morphline ${run.versions.morphline}. ${measuring(analysis)}`;
}

/** A study's section of the page. */
export function studySection(
  study: PageStudy,
  charts: readonly Pick<StudyChart, 'name' | 'label'>[],
): string {
  const { name, analysis } = study;
  const picture = (wanted: StudyChartName | undefined) =>
    charts
      .filter((chart) => chart.name === wanted)
      .map(({ label }) => `![${label}](study/${name}/${wanted}.svg)`);
  const lines = ({ title, chart, tables, note }: StudyPart) => [
    `### ${title}`,
    ...picture(chart),
    ...tables.flatMap(({ lead, table }) => [...(lead === undefined ? [] : [lead]), markdownTable(table)]),
    ...(note === undefined ? [] : [note]),
  ];
  return [
    `## ${analysis.network}, ${analysis.measured === null ? 'predicted' : analysis.measured.engine}`,
    introduction(study),
    ['```', command(study), '```'].join('\n'),
    studyFindings(analysis)
      .map((sentence) => `- ${sentence}`)
      .join('\n'),
    ...picture('flops-against-latency'),
    ...pageParts(analysis).flatMap(lines),
  ].join('\n\n');
}
