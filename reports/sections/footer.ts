// The end of the report: versions, seeds and settings for whoever repeats it.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import type { StudyData } from '../../experiments/results/study-results.ts';
import type { SweepData } from '../../experiments/results/sweep-results.ts';
import type { TrainingData } from '../../experiments/results/training-results.ts';
import { definitionList } from '../definition-list.ts';
import { html, type Markup } from '../html.ts';
import { count, instant, integer, percent, significant } from '../number-format.ts';
import type { ReportData } from '../report-data.ts';

function calibrationSettings({ directory, profile }: CalibrationData): Markup {
  const { settings, engine } = profile;
  const { samples } = settings;
  return html`<h3>calibrate → ${directory}</h3>${definitionList([
    ['Networks', settings.networks.join(', ')],
    ['Measured', instant(profile.measuredAt)],
    ['Engine', `${engine.engine} ${engine.version}, ${count(engine.threads, 'thread')}`],
    ['Batch', settings.batch],
    ['Seed', settings.seed],
    ['Budget', `${integer(settings.budgetSeconds)} s`],
    ['Rounds', settings.rounds],
    ['Networks to fit / choose / report', `${samples.fit} / ${samples.choose} / ${samples.report}`],
    ['Probes', samples.probe],
    ['Rung', profile.chosen],
    ['Why', profile.reason],
    ['Schema', profile.schema],
  ])}`;
}

function studySettings({ directory, summary }: StudyData): Markup {
  const { measured } = summary;
  return html`<h3>study → ${directory}</h3>${definitionList([
    ['Network', summary.network],
    ['Samples', integer(summary.samples)],
    ['Law', summary.law],
    ['Seed', summary.seed],
    ['Batch', summary.batch],
    ['Devices', summary.devices.map(({ name, view }) => `${name} (${view})`).join(', ')],
    ['Predicted in', `${significant(summary.predict_seconds)} s`],
    [
      'Measured',
      measured && `${count(measured.networks, 'network')} on ${measured.engine} ×${measured.threads}`,
    ],
    ['Schema', summary.schema],
  ])}`;
}

function trainingSettings({ directory, result }: TrainingData): Markup {
  const { data, cost_unit: unit } = result;
  return html`<h3>train → ${directory}</h3>${definitionList([
    ['Network', result.network],
    ['Data', `${data.name} (${data.origin}), ${integer(data.train)} / ${integer(data.test)} images`],
    ['Target', result.target],
    ['Device', result.device],
    ['Budget', `${significant(result.budget)} ${unit}`],
    ['ω', significant(result.omega)],
    ['Widths in multiples of', result.multiple_of],
    ['Width multiplier', significant(result.multiplier)],
    ['Trained on', result.trained_on],
    ['Measured on', result.measured_on],
    ['Repeatability', result.repeatability === null ? null : percent(result.repeatability)],
    ['Time', `${integer(result.seconds)} s`],
    ['Schema', result.schema],
  ])}`;
}

function sweepFacts({ directory, settings, rows }: SweepData): Markup {
  const list = (values: readonly (string | number)[]) => [...new Set(values)].join(', ');
  return html`<h3>sweep → ${directory}</h3>${definitionList([
    ['Network', settings.network],
    [
      'Data',
      `${settings.data}, ${integer(settings.trainImages)} / ${integer(settings.testImages)} images, ${count(settings.epochs, 'epoch')}`,
    ],
    ['Device', settings.device],
    ['Methods', list(rows.map(({ method }) => method))],
    ['Seeds', list(rows.map(({ seed }) => seed))],
    ['Training', `${integer(rows.reduce((sum, { seconds }) => sum + seconds, 0))} s`],
  ])}`;
}

/** Versions, seeds and the settings that a repetition needs. */
export function footerMarkup({
  version,
  generatedAt,
  calibrations,
  studies,
  trainings,
  sweeps,
}: ReportData): Markup {
  return html`<footer>
<h2>How this was made</h2>
${calibrations.map(calibrationSettings)}
${studies.map(studySettings)}
${trainings.map(trainingSettings)}
${sweeps.map(sweepFacts)}
<h3>report</h3>
${definitionList([
  ['Morphline', version],
  ['Written', instant(generatedAt)],
])}
</footer>
`;
}
