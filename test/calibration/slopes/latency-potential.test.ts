import { describe, expect, test } from 'vitest';
import { chosenRung } from '../../../calibration/device-profile.ts';
import { openDevice } from '../../../calibration/open-device.ts';
import { kernelPredictor } from '../../../calibration/predict.ts';
import { LatencyPotential } from '../../../calibration/slopes/latency-potential.ts';
import type { ChannelSum } from '../../../network/channel-plan.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { uniformNoise } from '../../support/noise.ts';

const device = openDevice('profiles/amd-epyc-onnxruntime-1-thread-inception-32.json');
if (device.kind !== 'measured') throw new Error('a measured profile');
const { model, network } = chosenRung(device.profile);
const rules = rulesNamed(device.profile.engine.rules);

describe.each(['inception-32', 'resnet-v1-32', 'mobilenet-v1-32', 'inception-separable-32'])(
  'of %s',
  (name) => {
    const lowering = new Lowering(zooNetwork(name), rules);
    const { plan } = lowering;
    const noise = uniformNoise(11);
    const drawn = (): Float64Array =>
      Float64Array.from(plan.groups, ({ size, fixed }) =>
        fixed ? size : 1 + (0.2 + 0.8 * noise()) * (size - 1),
      );
    const made = Int32Array.from(drawn(), Math.round);
    const potential = new LatencyPotential(lowering, model, network, made);

    /** ∫ gradient · dw along the straight line, by the midpoint rule. */
    const alongLine = (from: Float64Array, to: Float64Array, steps = 60): number => {
      let sum = 0;
      for (let k = 0; k < steps; k++) {
        const at = from.map((width, group) => width + ((k + 0.5) / steps) * ((to[group] as number) - width));
        const gradient = potential.gradient(at);
        sum += gradient.reduce(
          (total, slope, g) => total + (slope * ((to[g] as number) - (from[g] as number))) / steps,
          0,
        );
      }
      return sum;
    };

    test('its gradient integrates to its differences along any path', () => {
      const [from, via, to] = [drawn(), drawn(), drawn()] as const;
      const difference = potential.latencyUs(to) - potential.latencyUs(from);
      const size = 1e-3 * potential.latencyUs(to);
      expect(Math.abs(alongLine(from, to) - difference)).toBeLessThan(size);
      expect(Math.abs(alongLine(from, via) + alongLine(via, to) - difference)).toBeLessThan(size);
    });

    test('its gradient has the derivative by each group', () => {
      const at = drawn();
      const gradient = potential.gradient(at);
      const scale = Math.max(...gradient);
      plan.groups.forEach((_, group) => {
        const step = 1e-4;
        const moved = (by: number) => {
          const widths = at.slice();
          widths[group] = (widths[group] as number) + by;
          return potential.latencyUs(widths);
        };
        expect(((moved(step) - moved(-step)) / (2 * step) - (gradient[group] as number)) / scale).toBeCloseTo(
          0,
          4,
        );
      });
    });

    test('lies near the predictions', () => {
      const predictor = kernelPredictor(lowering, model, network);
      expect(potential.latencyUs(made) / predictor.latencyUs(made)).toBeGreaterThan(0.85);
      expect(potential.latencyUs(made) / predictor.latencyUs(made)).toBeLessThan(1.15);
    });
  },
);

test('each branch of a concat bears what reading it costs', () => {
  const lowering = new Lowering(zooNetwork('inception-32'), rules);
  const { plan } = lowering;
  const joined = plan.outputChannels.filter(({ groups }) => groups.length === 4) as ChannelSum[];
  expect(joined.length).toBeGreaterThan(0);
  const gradient = new LatencyPotential(lowering, model, network, plan.fullWidths).gradient(plan.fullWidths);
  for (const { groups } of joined) {
    for (const group of groups) expect(gradient[group] as number).toBeGreaterThan(0);
  }
});

test('a layer that is gone has no slope, what is left has', () => {
  const lowering = new Lowering(zooNetwork('inception-32'), rules);
  const { plan } = lowering;
  const gone = plan.groups.findIndex(({ name }) => name.includes('Branch_0'));
  expect(gone).toBeGreaterThanOrEqual(0);
  const widths = plan.fullWidths.slice();
  widths[gone] = 0;
  const potential = new LatencyPotential(lowering, model, network, widths);
  const names = new Set(potential.kernels.map((kernel) => kernel.name));
  expect(names.has(plan.groups[gone]?.name ?? '')).toBe(false);
  const gradient = potential.gradient(widths);
  expect(gradient.filter((slope) => slope > 0).length).toBeGreaterThan(plan.groups.length - 4);
});
