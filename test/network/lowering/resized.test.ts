import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planChannels } from '../../../network/channel-plan.ts';
import { type Kernel, kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules, TFJS_RULES } from '../../../network/lowering/rules.ts';
import { MorphNetView } from '../../../network/morph-net-view.ts';
import type { Network } from '../../../network/network.ts';
import { resizeNetwork } from '../../../network/widths.ts';
import { inceptionV2 } from '../../../network/zoo/inception-v2.ts';
import { UserError } from '../../../records/user-error.ts';
import { anyNetwork, drawnWidths, widthDraws } from '../any-network.ts';

const RULES = [TFJS_RULES, onnxruntimeRules(16), onnxruntimeRules(4), onnxruntimeRules(null)];

/** undefined where the widths leave nothing of the output. */
function resized(network: Network, widths: Int32Array): Network | undefined {
  try {
    return resizeNetwork(planChannels(network), widths);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const total = (kernels: readonly Kernel[], of: (kernel: Kernel) => number) =>
  kernels.reduce((sum, kernel) => sum + of(kernel), 0);

describe.each(RULES)('lowering by the rules of $name', (rules) => {
  test('evaluates at given widths to the kernels of the resized network, zeros included', () => {
    fc.assert(
      fc.property(anyNetwork, widthDraws, fc.constantFrom(1, 3), (network, draws, batch) => {
        const widths = drawnWidths(planChannels(network), draws, 0);
        const small = resized(network, widths);
        fc.pre(small !== undefined);
        const evaluated = new Lowering(network, rules, batch).kernels(widths);
        expect(evaluated).toEqual(new Lowering(small, rules, batch).kernels());
      }),
      { numRuns: 100 },
    );
  });

  test('neither loses nor invents a FLOP', () => {
    fc.assert(
      fc.property(anyNetwork, widthDraws, (network, draws) => {
        const plan = planChannels(network);
        const widths = drawnWidths(plan, draws, 1);
        const kernels = new Lowering(network, rules).kernels(widths);
        const { flops } = new MorphNetView(plan).totals(widths, [], new Float64Array());
        expect(total(kernels, (kernel) => kernel.flops)).toBe(flops);
        expect(total(kernels, (kernel) => kernel.paddedFlops)).toBeGreaterThanOrEqual(flops);
      }),
      { numRuns: 30 },
    );
  });

  test('has the kernels of Inception V2 with whole branches gone', () => {
    const network = inceptionV2('plain');
    const lowering = new Lowering(network, rules);
    const draws = Array.from({ length: 97 }, (_, index) => (index * 7919) % 10_000);
    // Every third group or so is 0; the stem has to live.
    const widths = drawnWidths(lowering.plan, draws, 0);
    lowering.plan.groups.forEach(({ name, size }, index) => {
      if (name.startsWith('Conv2d_')) widths[index] = size - 1;
    });
    const small = resizeNetwork(planChannels(network), widths);
    expect(small.layers.length).toBeLessThan(network.layers.length - 30);
    const kernels = lowering.kernels(widths);
    expect(kernels).toEqual(new Lowering(small, rules).kernels());
    expect(total(kernels, kernelBytes)).toBeGreaterThan(0);
  });
});
