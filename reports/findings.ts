// The report's findings, most important first, and the figure that matters in each.
import type { CalibrationData } from '../experiments/results/calibration-results.ts';
import type { StudyData } from '../experiments/results/study-results.ts';
import type { SweepData } from '../experiments/results/sweep-results.ts';
import type { TrainingData } from '../experiments/results/training-results.ts';
import { groupBy } from '../records/group-by.ts';
import type { KernelRecord } from '../records/measurements.ts';
import { NOISE_LIMIT, REPEATABILITY_LIMIT } from '../records/repeatability.ts';
import type { Finding } from './answers.ts';
import { checkFinding, comparisonFinding, explanationFinding } from './decisions.ts';
import { deviceTitle } from './device-title.ts';
import { contenderTitle } from './method-names.ts';
import { correlation, count, integer, percent, times } from './number-format.ts';
import type { ReportData } from './report-data.ts';

function predictionFinding({ profile }: CalibrationData): Finding {
  const family = profile.settings.networks.join(' and ');
  const { mape, networks, repeatability, noise, valid, baselines } = profile.validation;
  const limit =
    noise == null
      ? `repeat within ${percent(REPEATABILITY_LIMIT, 0)}`
      : `leave a perfect model within ${percent(NOISE_LIMIT)}`;
  const doubt = valid
    ? ''
    : ` A session should ${limit}: measure longer or on a quieter machine before you trust this.`;
  const beside =
    noise == null
      ? `the same networks repeat within ${percent(repeatability)}`
      : `a perfect model would show ${percent(noise)}, the noise of those measurements`;
  return {
    figure: percent(mape),
    sentence: `On ${profile.name}, predicted latency of sub-networks of ${family} is off by ${percent(mape)} on average on ${networks} never used for the fit; ${beside}, and FLOPs alone would be off by ${percent(baselines.flops)}.${doubt}`,
  };
}

/** Kernels named beside the share of those without FLOPs. */
const NAMED_OPS = 3;

function uncountedFinding({ profile, kernels }: CalibrationData): Finding | undefined {
  // Probes are made of such kernels: they would raise the share.
  const counted = kernels.filter(({ role }) => role !== 'probe');
  const timeUs = (list: readonly KernelRecord[]) => list.reduce((sum, { latency_us }) => sum + latency_us, 0);
  const totalUs = timeUs(counted);
  const uncounted = groupBy(
    counted.filter(({ flops }) => flops === 0),
    ({ op }) => op,
  );
  if (totalUs === 0 || uncounted.size === 0) return undefined;
  const byTime = [...uncounted]
    .map(([op, list]) => [op, timeUs(list)] as const)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const share = byTime.reduce((sum, [, us]) => sum + us, 0) / totalUs;
  const named = byTime.slice(0, NAMED_OPS).map(([op, us]) => `${op} ${percent(us / totalUs)}`);
  return {
    figure: percent(share),
    sentence: `On ${profile.name}, ${percent(share)} of the time of all measured kernels goes to kernels without any FLOPs (${named.join(', ')}), which FLOPs cannot see.`,
  };
}

/** Drift below this is not worth a word. */
const NOTABLE_DRIFT = 0.02;

/** What the machine has changed since the calibration, where that was divided out of an error. */
export function driftNote({
  drift_since_calibration: drift,
}: NonNullable<StudyData['summary']['measured']>): string {
  if (drift === null || Math.abs(drift) < NOTABLE_DRIFT) return '';
  const change = drift > 0 ? 'slower' : 'faster';
  return `, the machine having become ${percent(Math.abs(drift))} ${change} since its calibration`;
}

function measuredStudyFinding({ summary: { network, measured, devices } }: StudyData): Finding | undefined {
  const calibrated = devices.find(({ kind }) => kind === 'measured')?.column;
  const rankOf = (column: string | undefined) =>
    measured?.against_measured.find((entry) => entry.column === column)?.spearman ?? undefined;
  const [flops, model] = [rankOf('flops'), rankOf(calibrated)];
  if (measured === null || flops === undefined) return undefined;
  const across = `Across ${count(measured.networks, 'measured sub-network')} of ${network}, FLOPs rank latency with Spearman ${correlation(flops)}`;
  const repeat = `the measurements repeat within ${percent(measured.repeatability)}`;
  if (model === undefined) return { figure: correlation(flops), sentence: `${across}; ${repeat}.` };
  const { calibrated_mape: mape } = measured;
  const off = mape === null ? '' : `, which is off by ${percent(mape)} on average${driftNote(measured)}`;
  return {
    figure: correlation(model),
    sentence: `${across}, the calibrated model with ${correlation(model)}${off}; ${repeat}.`,
  };
}

function predictedStudyFinding({ summary, rows }: StudyData): Finding | undefined {
  const parts: { name: string; value: number }[] = [];
  for (const device of summary.devices) {
    const { column } = device;
    const value = summary.flops_against_predicted.find((entry) => entry.column === column)?.pearson;
    if (value !== null && value !== undefined) parts.push({ name: deviceTitle(device), value });
  }
  const lowest = parts.toSorted((a, b) => a.value - b.value)[0];
  if (lowest === undefined) return undefined;
  const list = parts.map(({ name, value }) => `${correlation(value)} on ${name}`);
  const last = list.pop();
  const joined = list.length === 0 ? last : `${list.join(', ')} and ${last}`;
  return {
    figure: correlation(lowest.value),
    sentence: `Across ${integer(rows.length)} random sub-networks of ${summary.network}, FLOPs correlate with predicted latency at ${joined} (Pearson).`,
  };
}

function trainingFinding({ result: { network, target, networks } }: TrainingData): Finding | undefined {
  const named = (name: string) => networks.find((entry) => entry.name === name);
  const [seed, expanded, multiplier] = [named('seed'), named('expanded'), named('multiplier')];
  if (seed === undefined || expanded === undefined) return undefined;
  const measured = times(expanded.measured_speedup);
  const rival =
    multiplier === undefined
      ? ''
      : ` and ${percent(multiplier.test_accuracy)} of the width multiplier that is as fast`;
  return {
    figure: measured,
    sentence: `Training against ${target} made ${network} ${times(expanded.predicted_speedup)} as fast by prediction and ${measured} as measured, at ${percent(expanded.test_accuracy)} accuracy, against ${percent(seed.test_accuracy)} of the seed network${rival}.`,
  };
}

/** The best at the smallest budget against the width multiplier, which is what anyone would try. */
function sweepFinding({ settings, summary }: SweepData): Finding | undefined {
  const [budget] = summary.groups.map((group) => group.budget).sort((a, b) => a - b);
  const own = summary.groups.filter((group) => group.budget === budget);
  const [best] = own.toSorted((a, b) => b.accuracy - a.accuracy);
  const multiplier = own.find(({ method }) => method === 'width-multiplier');
  if (budget === undefined || best === undefined || multiplier === undefined || best === multiplier)
    return undefined;
  const unit = settings.budgetIn === 'flops' ? 'FLOPs' : 'measured latency';
  return {
    figure: percent(best.accuracy),
    sentence: `At ${percent(budget, 0)} of the ${unit} of ${settings.network}, ${contenderTitle(best)} is the most accurate with ${percent(best.accuracy)} over ${count(best.seeds, 'seed')}, against ${percent(multiplier.accuracy)} of the width multiplier and ${percent(summary.seedAccuracy)} of the whole network.`,
  };
}

/**
 * What the data says, most important first: limits and comparisons, which somebody asked for, then prediction, study, training, then what explains them; of each kind the
 * first, then the second of each, and so on.
 */
export function keyFindings(data: ReportData): Finding[] {
  const { calibrations, studies, trainings, sweeps, comparisons, explanations, checks } = data;
  const kinds = [
    checks.map(checkFinding),
    comparisons.flatMap((each) => each.comparisons).map(comparisonFinding),
    explanations.map(explanationFinding),
    calibrations.map(predictionFinding),
    studies.map(measuredStudyFinding),
    trainings.map(trainingFinding),
    sweeps.map(sweepFinding),
    studies.map(predictedStudyFinding),
    calibrations.map(uncountedFinding),
  ];
  const longest = Math.max(...kinds.map((list) => list.length));
  return Array.from({ length: longest }, (_, turn) => kinds.map((list) => list[turn]))
    .flat()
    .filter((finding) => finding !== undefined);
}

/** What the data says, in sentences of plain text with numbers, most important first; none without data. */
export function findings(data: ReportData): string[] {
  return keyFindings(data).map(({ sentence }) => sentence);
}
