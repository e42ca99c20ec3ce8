import { describe, expect, test } from 'vitest';
import { verdicts } from '../../reports/verdict.ts';
import { calibrationData, NOTHING, reportData, studyData } from './report-fixture.ts';

function calibration(validation: object) {
  const data = calibrationData();
  return {
    ...data,
    profile: { ...data.profile, validation: { ...data.profile.validation, ...validation } },
  };
}

describe('the first screen', () => {
  test('answers what, whether and what next, each with its evidence', () => {
    const found = verdicts(reportData());
    expect(found.map(({ question }) => question)).toEqual([
      'What is it good at?',
      'May it be trusted?',
      'What next?',
    ]);
    // Kernels with FLOPs: 60 µs of 100; none without a rate.
    expect(found[0]?.sentence).toContain('40 % of the time goes to kernels without any FLOPs');
    expect(found[0]?.evidence).toBe('roofline-1');
  });

  test('a noisy session is not trusted, and measured again before anything else', () => {
    const noisy = calibration({ valid: false, mape: 0.06, noise: 0.05 });
    const found = verdicts(reportData({ calibrations: [calibration({ valid: true }), noisy] }));
    expect(found[1]).toMatchObject({ figure: 'No: ± 6.0 %', evidence: 'validation-2' });
    expect(found[2]).toMatchObject({
      figure: 'Calibrate again',
      command: 'morphline calibrate --budget 10m',
      evidence: 'ladder-2',
    });
  });

  test('without training it proposes what is missing', () => {
    const calibrations = [calibration({ valid: true })];
    const last = (data: object) => verdicts(reportData({ ...NOTHING, ...data })).at(-1);
    expect(last({})?.command).toBe('morphline calibrate --budget 1m');
    expect(last({ calibrations })?.command).toBe(
      'morphline study --network tiny --device runs/calibration/device.json',
    );
    expect(last({ calibrations, studies: [studyData()] })?.command).toContain(
      'morphline train --network tiny',
    );
  });
});
