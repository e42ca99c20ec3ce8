import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planChannels } from '../../../network/channel-plan.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { kernelAt } from '../../../network/lowering/kernel-at.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { uniformNoise } from '../../support/noise.ts';
import { anyNetwork } from '../any-network.ts';

const RULES = ['onnxruntime', 'onnxruntime-nchw8c', 'onnxruntime-nchw16c', 'onnxruntime-webgpu', 'tfjs'];
const NETWORKS = [
  ...['inception-32', 'resnet-v1-32', 'mobilenet-v1-32'].map((name) => zooNetwork(name)),
  ...fc.sample(anyNetwork, { seed: 3, numRuns: 40 }),
];

/** What numbers a kernel has. */
function numbersOf(kernel: Kernel): Record<string, number> {
  return Object.fromEntries(Object.entries(kernel).filter(([, value]) => typeof value === 'number'));
}

describe.each([...RULES, 'tfjs-webgpu-8'])('with the rules of %s', (name) => {
  test('a kernel at the channels of another of its layer and class is that kernel', () => {
    const rules = rulesNamed(name);
    const ops = new Set<string>();
    for (const network of NETWORKS) {
      const lowering = new Lowering(network, rules, 2);
      const { groups } = planChannels(network);
      const noise = uniformNoise(7);
      const draw = (step: number) =>
        Int32Array.from(groups, ({ size, fixed }) =>
          fixed ? size : Math.min(size, step * Math.ceil((noise() * size) / step)),
        );
      for (const step of [1, 4, 8]) {
        const seen = new Map(lowering.kernels(draw(step)).map((each) => [`${each.op} ${each.name}`, each]));
        for (const kernel of lowering.kernels(draw(step))) {
          const other = seen.get(`${kernel.op} ${kernel.name}`);
          if (other?.kernelClass !== kernel.kernelClass || other.layers.join() !== kernel.layers.join())
            continue;
          const made = kernelAt(other, kernel.inputChannels, kernel.outputChannels, rules.channelBlock);
          expect({ ...made, ...numbersOf(kernel) }).toEqual({ ...kernel });
          for (const [field, value] of Object.entries(numbersOf(kernel))) {
            expect((numbersOf(made)[field] as number) / (value || 1), `${kernel.name} ${field}`).toBeCloseTo(
              value === 0 ? 0 : 1,
              9,
            );
          }
          ops.add(kernel.op);
        }
      }
    }
    expect([...ops]).toEqual(expect.arrayContaining(['conv', 'depthwise-conv', 'dense', 'concat', 'slice']));
  });
});
