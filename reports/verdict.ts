// The first screen: what the device is good at, whether the figures may be trusted, and what to do next.
import type { CalibrationData } from '../experiments/results/calibration-results.ts';
import type { SweepData } from '../experiments/results/sweep-results.ts';
import type { TrainingData } from '../experiments/results/training-results.ts';
import { groupBy } from '../records/group-by.ts';
import type { KernelRecord } from '../records/measurements.ts';
import type { Verdict } from './answers.ts';
import { kernelGroups } from './charts/kernel-groups.ts';
import { decisionVerdicts } from './decisions.ts';
import { contenderTitle } from './method-names.ts';
import { count, percent, significant, times } from './number-format.ts';
import type { ReportData } from './report-data.ts';

/** Kinds of kernels with a smaller share of the time say little of a device. */
const NOTABLE_TIME = 0.05;

/** Accuracies of fewer seeds differ by more than methods do. */
const FEW_SEEDS = 3;

const timeUs = (kernels: readonly KernelRecord[]) =>
  kernels.reduce((sum, { latency_us }) => sum + latency_us, 0);

function strengths({ profile, kernels }: CalibrationData): Verdict | undefined {
  const own = kernels.filter(({ role }) => role !== 'probe');
  const total = timeUs(own);
  const rates = kernelGroups(own.filter(({ flops }) => flops > 0))
    .map(({ name, kernels: list }) => {
      const us = timeUs(list);
      const flops = list.reduce((sum, each) => sum + each.flops, 0);
      return { name, share: us / total, gflops: flops / us / 1e3 };
    })
    .filter(({ share }) => share >= NOTABLE_TIME)
    .sort((a, b) => b.gflops - a.gflops);
  const [best, worst] = [rates[0], rates.at(-1)];
  if (best === undefined || worst === undefined) return undefined;
  const free = percent(timeUs(own.filter(({ flops }) => flops === 0)) / total, 0);
  const against =
    worst === best
      ? ''
      : `, ${times(best.gflops / worst.gflops)} the ${significant(worst.gflops)} of ${worst.name}`;
  return {
    question: 'What is it good at?',
    figure: `${significant(best.gflops)} GFLOP/s`,
    sentence: `${profile.name} runs ${best.name} at ${significant(best.gflops)} GFLOP/s${against}. ${free} of the time goes to kernels without any FLOPs.`,
    evidence: 'roofline-1',
  };
}

function trust(calibrations: readonly CalibrationData[]): Verdict | undefined {
  const worst = calibrations.toSorted(
    (a, b) =>
      Number(a.profile.validation.valid) - Number(b.profile.validation.valid) ||
      b.profile.validation.mape - a.profile.validation.mape,
  )[0];
  if (worst === undefined) return undefined;
  const { name, validation } = worst.profile;
  const { mape, networks, noise, repeatability, valid } = validation;
  const floor =
    noise == null
      ? `they repeat within ${percent(repeatability)}`
      : `${percent(noise)} of that could be the noise of the measurements`;
  const sessions =
    calibrations.length === 1
      ? 'One session'
      : `${count(calibrations.length, 'session')}, the worst of which`;
  return {
    question: 'May it be trusted?',
    figure: `${valid ? 'Yes' : 'No'}: ± ${percent(mape)}`,
    sentence: `${sessions} predicts ${count(networks, 'unseen network')} on ${name} within ${percent(mape)} on average; ${floor}.${valid ? '' : ' The session was too noisy to tell a good model from a bad one.'}`,
    evidence: `validation-${calibrations.indexOf(worst) + 1}`,
  };
}

function afterSweep({ settings, summary }: SweepData): Verdict | undefined {
  const smallest = Math.min(...summary.groups.map(({ budget }) => budget));
  const own = groupBy(summary.groups, ({ budget }) => budget).get(smallest) ?? [];
  const best = own.toSorted((a, b) => b.accuracy - a.accuracy)[0];
  if (best === undefined) return undefined;
  const unit = settings.budgetIn === 'flops' ? 'FLOPs' : 'latency';
  return {
    question: 'What next?',
    figure: percent(best.accuracy),
    sentence: `To make ${settings.network} cost ${percent(smallest, 0)} of its ${unit}, use ${contenderTitle(best)}: the most accurate of ${own.length} ways, over ${count(best.seeds, 'seed')}.${best.seeds < FEW_SEEDS ? ' So few seeds decide nothing: let the sweep go on.' : ''}`,
    evidence: 'sweep-1',
  };
}

function afterTraining({ directory, result }: TrainingData): Verdict | undefined {
  const named = (name: string) => result.networks.find((entry) => entry.name === name);
  const [expanded, multiplier] = [named('expanded'), named('multiplier')];
  if (expanded === undefined) return undefined;
  const lead = expanded.test_accuracy - (multiplier?.test_accuracy ?? 0);
  const points = `${Math.abs(100 * lead).toFixed(1)} points`;
  const isAhead = multiplier === undefined || lead > 0;
  return {
    question: 'What next?',
    figure: times(expanded.measured_speedup),
    sentence: isAhead
      ? `Deploy the network of ${directory}: measured ${times(expanded.measured_speedup)} as fast at ${percent(expanded.test_accuracy)} accuracy${multiplier === undefined ? '' : `, ${points} above the width multiplier that is as fast`}.`
      : `The width multiplier is ahead by ${points}: train with more images or epochs, several seeds, and compare the methods.`,
    command: isAhead ? `${directory}/model.onnx` : 'morphline sweep',
    evidence: 'training-1',
  };
}

function next(data: ReportData): Verdict | undefined {
  const { calibrations, studies, trainings, sweeps } = data;
  const question = 'What next?';
  const noisy = calibrations.find(({ profile }) => !profile.validation.valid);
  if (noisy !== undefined) {
    return {
      question,
      figure: 'Calibrate again',
      sentence: 'Measure longer, or when the machine has nothing else to do: every figure below rests on it.',
      command: 'morphline calibrate --budget 10m',
      evidence: `ladder-${calibrations.indexOf(noisy) + 1}`,
    };
  }
  const [sweep] = sweeps;
  const [training] = trainings;
  const found = (sweep && afterSweep(sweep)) ?? (training && afterTraining(training));
  if (found !== undefined) return found;
  const [calibration] = calibrations;
  if (calibration === undefined) {
    if (decisionVerdicts(data).length > 0) return undefined;
    return {
      question,
      figure: 'Calibrate',
      sentence: 'Nothing here was measured on a device: a minute of calibration predicts any network on it.',
      command: 'morphline calibrate --budget 1m',
    };
  }
  const [network = ''] = calibration.profile.settings.networks;
  return studies.length === 0
    ? {
        question,
        figure: 'Study',
        sentence: `See how far FLOPs mislead for ${network} on this device: thousands of its sub-networks, predicted in seconds.`,
        command: `morphline study --network ${network} --device ${calibration.directory}/device.json`,
      }
    : {
        question,
        figure: 'Train',
        sentence: `Shrink ${network} by what its channels cost on this device.`,
        command: `morphline train --network ${network} --target latency --device ${calibration.directory}/device.json`,
      };
}

/** Of each question at most one answer; those that the data has. */
export function verdicts(data: ReportData): Verdict[] {
  const [calibration] = data.calibrations;
  const list = [
    ...decisionVerdicts(data),
    calibration && strengths(calibration),
    trust(data.calibrations),
    next(data),
  ];
  return list.filter((verdict) => verdict !== undefined);
}
