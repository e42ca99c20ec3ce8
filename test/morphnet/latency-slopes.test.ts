import { sampleRankCorrelation } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import { latencyResource } from '../../morphnet/resource.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { uniformNoise } from '../support/noise.ts';

const DRAWS = 3;

describe.each(['inception-32', 'inception-v2'])('slopes of the measured latency of %s', (name) => {
  const plan = planChannels(zooNetwork(name));
  const resource = latencyResource(plan, openDevice(`profiles/amd-epyc-onnxruntime-1-thread-${name}.json`));
  const noise = uniformNoise(5);
  const drawn = () =>
    Int32Array.from(plan.groups, ({ size, fixed }) =>
      fixed ? size : Math.max(1, Math.round(size * (0.25 + 0.75 * noise()))),
    );
  const narrowed = (widths: Int32Array, group: number, by: number) => {
    const changed = widths.slice();
    changed[group] = (widths[group] as number) - by;
    return changed;
  };

  test('rank groups by what the predicted latency loses with 16 channels of each', () => {
    for (const widths of [plan.fullWidths, ...Array.from({ length: DRAWS }, drawn)]) {
      const slopes = resource.slopes(widths);
      const cost = resource.cost(widths);
      const groups = plan.groups.flatMap(({ fixed }, group) =>
        !fixed && (widths[group] as number) > 16 ? [group] : [],
      );
      const saved = groups.map((group) => cost - resource.cost(narrowed(widths, group, 16)));
      const expected = groups.map((group) => 16 * (slopes[group] as number));
      expect(groups.length).toBeGreaterThan(12);
      expect(sampleRankCorrelation(expected, saved)).toBeGreaterThan(0.85);
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(expected.map((value, i) => Math.abs(value - (saved[i] as number))))).toBeLessThan(
        0.25 * sum(saved.map(Math.abs)),
      );
    }
  });

  test('are none for fixed groups and never negative', () => {
    const slopes = resource.slopes(drawn());
    plan.groups.forEach(({ fixed }, group) => {
      if (fixed) expect(slopes[group]).toBe(0);
      else expect(slopes[group] as number).toBeGreaterThan(0);
    });
  });

  test('of groups that are gone are those of one channel', () => {
    const group = plan.groups.findIndex(({ name: first }) => /Branch_[12]/.test(first));
    const gone = drawn();
    gone[group] = 0;
    const one = gone.slice();
    one[group] = 1;
    const slopes = resource.slopes(gone);
    expect(slopes[group]).toBe(resource.slopes(one)[group]);
    expect(slopes[group] as number).toBeGreaterThan(0);
    // Kernels of one channel are predicted to within what recording a kernel costs, which may be all of it.
    expect(resource.cost(gone)).toBeLessThan(1.01 * resource.cost(one));
  });
});
