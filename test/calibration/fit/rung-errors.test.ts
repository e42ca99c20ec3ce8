import { describe, expect, test } from 'vitest';
import { chooseRung, heldOutErrors, joinErrors } from '../../../calibration/fit/rung-errors.ts';
import { fitLadder, type KernelModel, RUNGS } from '../../../calibration/ladder/ladder.ts';
import type { RungResult } from '../../../calibration/ladder/rung-result.ts';
import { networkOf, setOf, UNIT_MODEL } from './planted-network.ts';

const metrics = { networks: 1, mape: 0, within5: 1, within10: 1, bias: 0, spearman: null };
const resultOf = (model: KernelModel): RungResult => ({
  model,
  network: { scale: 1, perKernelUs: 0 },
  choose: metrics,
  report: metrics,
});
const roofline = resultOf(UNIT_MODEL);
const overhead = resultOf({ ...UNIT_MODEL, rung: 'overhead' } as KernelModel);

describe('errors of rungs', () => {
  test('are joined by the name of the rung, whatever their order', () => {
    const joined = joinErrors(
      new Map([
        ['roofline', [0.1]],
        ['overhead', [0.2]],
      ]),
      new Map([
        ['overhead', [0.4]],
        ['roofline', [0.3]],
      ]),
    );
    expect([...joined]).toEqual([
      ['roofline', [0.1, 0.3]],
      ['overhead', [0.2, 0.4]],
    ]);
  });

  test('of other rungs are not joined', () => {
    expect(() => joinErrors(new Map([['roofline', [0.1]]]), new Map([['overhead', [0.2]]]))).toThrow(
      'errors of the rungs roofline and of overhead are no pairs',
    );
  });

  test('hold the networks kept for choosing, and each network of the fit once', () => {
    const fit = setOf(
      Array.from({ length: 9 }, (_, sample) =>
        networkOf([10 + sample, 20], { sample, latency_us: 1.5 * (30 + sample) }),
      ),
    );
    const choose = setOf([networkOf([10, 10], { sample: 90, latency_us: 20 * Math.E })]);
    const samples = fit.samples.flatMap(({ kernels, record }) =>
      kernels.map((kernel) => ({ kernel, latencyUs: kernel.flops / 1000, network: `net ${record.sample}` })),
    );
    const rungs = fitLadder(samples, false).map(resultOf);
    const errors = heldOutErrors(rungs, samples, { fit, choose }, false, 0);
    expect([...errors.keys()]).toEqual(RUNGS.slice(0, -1));
    const [first, ...others] = errors.get('roofline') ?? [];
    // 20 µs by the kernels and a scale of 1; e times as long was measured.
    expect(first).toBeCloseTo(1, 6);
    // Each third is predicted by a scale of 1.5 fitted to the others.
    expect(others).toHaveLength(9);
    expect(Math.max(...others)).toBeLessThan(1e-6);
  });
});

describe('a rung is chosen', () => {
  test('as the simplest within noise, with the numbers that say so', () => {
    const errors = new Map([
      ['roofline', [0.2, 0.3, 0.25]],
      ['overhead', [0.1, 0.1, 0.1]],
    ] as const);
    const { chosen, reason, rungs } = chooseRung([roofline, overhead], errors);
    expect(chosen.model.rung).toBe('overhead');
    // Excesses 0.1, 0.2, 0.15: standard deviation 0.05, over √3.
    expect(reason).toBe(
      'the simplest within one standard error of the best on 3 networks it was not fitted to: roofline 25.0 % (15.0 % ± 2.9 % worse), overhead 10.0 %',
    );
    expect(rungs.map(({ comparison }) => comparison?.withinNoise)).toEqual([false, true]);
  });

  test('only among rungs with errors of their own', () => {
    expect(() => chooseRung([roofline, overhead], new Map([['roofline', [0.1]]]))).toThrow(
      'no held-out errors of the rung overhead',
    );
    const errors = new Map([
      ['roofline', [0.2, 0.3]],
      ['overhead', [0.1, 0.1]],
    ] as const);
    expect(() => chooseRung([roofline], errors)).toThrow(
      'held-out errors of a rung that was not fitted: overhead',
    );
  });
});
