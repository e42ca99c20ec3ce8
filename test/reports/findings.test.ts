import { describe, expect, test } from 'vitest';
import { findings } from '../../reports/index.ts';
import {
  calibrationData,
  kernel,
  NOTHING as nothing,
  reportData,
  studyData,
  sweepData,
  trainingData,
} from './report-fixture.ts';

describe('findings', () => {
  test('say in order how well latency is predicted, how a study ranked, and what training won', () => {
    expect(findings(reportData()).slice(0, 3)).toEqual([
      'On Test CPU onnxruntime ×2, predicted latency of sub-networks of tiny is off by 2.1 % on average on 2 never used for the fit; the same networks repeat within 0.5 %, and FLOPs alone would be off by 18.5 %.',
      'Across 2 measured sub-networks of tiny, FLOPs rank latency with Spearman 0.970, the calibrated model with 0.998, which is off by 1.5 % on average, the machine having become 8.0 % slower since its calibration; the measurements repeat within 1.2 %.',
      'Training against latency on Test CPU made inception-32 1.76× as fast by prediction and 1.75× as measured, at 42.3 % accuracy, against 44.0 % of the seed network and 42.3 % of the width multiplier that is as fast.',
    ]);
  });

  test('give the time of kernels without FLOPs as a share of all but the probes', () => {
    // 30 + 10 of 40 + 20 + 30 + 10 µs; the probe's 900 µs do not count.
    expect(findings(reportData()).at(-1)).toBe(
      'On Test CPU onnxruntime ×2, 40.0 % of the time of all measured kernels goes to kernels without any FLOPs (concat 30.0 %, reorder-output 10.0 %), which FLOPs cannot see.',
    );
  });

  test('give the correlation of FLOPs and predicted latency on each device of a study', () => {
    expect(findings(reportData({ ...nothing, studies: [studyData()] }))[1]).toBe(
      'Across 4 random sub-networks of tiny, FLOPs correlate with predicted latency at 0.855 on V100 and 0.986 on Test CPU onnxruntime ×2 (Pearson).',
    );
  });

  test('give one of each kind before a second of any', () => {
    const data = reportData();
    const twice = { ...data, calibrations: [...data.calibrations, ...data.calibrations] };
    expect(findings(twice).slice(0, 3)).toEqual(findings(data).slice(0, 3));
    expect(findings(twice)).toHaveLength(findings(data).length + 2);
  });

  test('doubt a session that did not repeat', () => {
    const calibration = calibrationData();
    const { profile } = calibration;
    const validation = { ...profile.validation, repeatability: 0.061, valid: false };
    const noisy = { ...calibration, kernels: [], profile: { ...profile, validation } };
    expect(findings(reportData({ ...nothing, calibrations: [noisy] }))).toEqual([
      'On Test CPU onnxruntime ×2, predicted latency of sub-networks of tiny is off by 2.1 % on average on 2 never used for the fit; the same networks repeat within 6.1 %, and FLOPs alone would be off by 18.5 %. A session should repeat within 4 %: measure longer or on a quieter machine before you trust this.',
    ]);
  });

  test('set an error beside the noise of its measurements, and doubt a noisy session', () => {
    const calibration = calibrationData();
    const { profile } = calibration;
    const validation = { ...profile.validation, noise: 0.019, valid: false };
    const noisy = { ...calibration, kernels: [], profile: { ...profile, validation } };
    expect(findings(reportData({ ...nothing, calibrations: [noisy] }))).toEqual([
      'On Test CPU onnxruntime ×2, predicted latency of sub-networks of tiny is off by 2.1 % on average on 2 never used for the fit; a perfect model would show 1.9 %, the noise of those measurements, and FLOPs alone would be off by 18.5 %. A session should leave a perfect model within 1.5 %: measure longer or on a quieter machine before you trust this.',
    ]);
  });

  test('leave out a study that measured nothing and kernels that all have FLOPs', () => {
    const study = studyData();
    const unmeasured = { ...study, summary: { ...study.summary, measured: null } };
    const computing = { ...calibrationData(), kernels: [kernel({})] };
    const found = findings(
      reportData({ calibrations: [computing], studies: [unmeasured], trainings: [], sweeps: [] }),
    );
    expect(found).toHaveLength(2);
    expect(found.join(' ')).not.toContain('measured sub-network');
  });

  test('leave out a correlation that is undefined', () => {
    const study = studyData();
    const undefinedOnes = study.summary.flops_against_predicted.map((entry) => ({ ...entry, pearson: null }));
    const summary = { ...study.summary, measured: null, flops_against_predicted: undefinedOnes };
    expect(findings(reportData({ ...nothing, studies: [{ ...study, summary }] }))).toEqual([]);
  });

  test('compare a training run without a width multiplier with its seed alone', () => {
    const training = trainingData();
    const networks = training.result.networks.filter(({ name }) => name !== 'multiplier');
    const result = { ...training.result, networks };
    expect(findings(reportData({ ...nothing, trainings: [{ ...training, result }] }))[0]).toMatch(
      /at 42\.3 % accuracy, against 44\.0 % of the seed network\.$/,
    );
  });

  test('name the best of a sweep at its smallest budget, beside the width multiplier', () => {
    expect(findings(reportData({ ...nothing, sweeps: [sweepData()] }))).toEqual([
      'At 30 % of the measured latency of inception-32, MorphNet latency, expanded is the most accurate with 66.0 % over 1 seed, against 63.0 % of the width multiplier and 72.0 % of the whole network.',
    ]);
  });

  test('are none without data', () => {
    expect(findings(reportData(nothing))).toEqual([]);
  });
});
