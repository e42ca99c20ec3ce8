import { expect, test } from 'vitest';
import { affordablePlan, targetedSeconds } from '../../../experiments/calibrate/plan.ts';

const trial = (loadSeconds: number, runSeconds: number) => [
  { loadSeconds, runSeconds, profiledLoadSeconds: loadSeconds },
];

test('quick networks get the richest plan, 45 of them held out', () => {
  expect(affordablePlan(trial(0.05, 0.005), 157)).toEqual({ fit: 45, choose: 12, report: 45, targeted: 9 });
});

test('slower networks cost networks to fit first, then those that are reported', () => {
  const runs = [0.01, 0.03, 0.06, 0.2, 1].map((run) => affordablePlan(trial(2 * run, run), 157));
  const total = runs.map(({ fit, choose, report, targeted }) => fit + choose + report + targeted);
  expect(total).toEqual([...total].sort((a, b) => b - a));
  expect(runs[1]).toMatchObject({ fit: 18, report: 30 });
  expect(runs.at(-1)).toEqual({ fit: 12, choose: 6, report: 12, targeted: 0 });
});

test('more time never buys less', () => {
  let before = 0;
  for (let seconds = 5; seconds < 600; seconds += 5) {
    const { report } = affordablePlan(trial(0.1, 0.02), seconds);
    expect(report).toBeGreaterThanOrEqual(before);
    before = report;
  }
  expect(before).toBe(45);
});

test('targeted networks cost nothing where there are none', () => {
  expect(targetedSeconds(trial(0.1, 0.02), { fit: 12, choose: 6, report: 12, targeted: 0 })).toBe(0);
});
