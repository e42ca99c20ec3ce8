import { describe, expect, test } from 'vitest';
import { waterfallStart } from '../../reports/charts/waterfall.ts';
import { findings, renderReport, verdicts } from '../../reports/index.ts';
import { checkData, comparisonData, explanationData } from './decision-fixture.ts';
import { NOTHING, reportData } from './report-fixture.ts';

const data = reportData({
  ...NOTHING,
  checks: [checkData()],
  comparisons: [comparisonData()],
  explanations: [explanationData()],
});

describe('comparisons, explanations and checks', () => {
  test('say what was found', () => {
    expect(findings(data)).toEqual([
      'Of 2 limits in morphline.budget.json, 1 is kept, 1 broken.',
      'narrow is faster than wide: 0.750 of its time, between 0.740 and 0.760.',
      'narrow takes 0.750 of the time of wide with 0.600 of its FLOPs, predicted on Test CPU; most of what changed is fewer FLOPs, −30.0 % of wide.',
      'other is not told apart from wide: 1.002 of its time, between 0.990 and 1.015.',
    ]);
  });

  test('answer on the first screen, and advise no calibration to who asked another question', () => {
    const answers = verdicts(data);
    expect(answers.map(({ question, figure }) => [question, figure])).toEqual([
      ['Are the limits kept?', '1 broken'],
      ['Is it faster?', 'Yes'],
      ['Why, and what to change?', '0.750× the time'],
    ]);
    expect(answers[2]?.sentence).toContain('Conv2d_1 with 32 channels instead of 33 gains 6.7 %');
  });

  test('stand in sections of their own; what is broken comes first', async () => {
    const page = await renderReport(data, { script: false });
    const ids = [...page.matchAll(/<section id="([a-z]+-\d+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['check-1', 'comparison-1', 'explanation-1']);
    expect(page).not.toContain('Not in this report');
    expect(page.indexOf('predicted latency</td>')).toBeLessThan(page.indexOf('FLOPs</td>'));
    expect(page).toContain('3.30&nbsp;ms'.replace('&nbsp;', '\u00a0'));
    // Bars of the waterfall: two networks, two causes, with what they add.
    expect(page).toContain('−1.20');
    expect(page).toContain('+0.200');
  });

  test('an axis begins at zero unless the causes are small beside the networks', () => {
    const { explanation } = explanationData();
    expect(waterfallStart(explanation)).toBe(0);
    const waterfall = explanation.waterfall.map((bar) =>
      bar.kind === 'total'
        ? { ...bar, to_us: bar.to_us + 1e5 }
        : { ...bar, from_us: bar.from_us + 1e5, to_us: bar.to_us + 1e5 },
    );
    // Causes reach from 102.8 to 104 ms: half their range below that.
    expect(waterfallStart({ ...explanation, waterfall })).toBeCloseTo(102_200, 6);
  });
});
