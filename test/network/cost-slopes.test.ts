import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import { MorphNetView, type OpCost } from '../../network/morph-net-view.ts';
import type { Roof } from '../../network/roofline.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';
import { anyNetwork, drawnWidths, widthDraws } from './any-network.ts';
import { conv, depthwise, image, network } from './layers.ts';

// Every op computes part of the time on one, moves bytes on the other.
const ROOFS: Roof[] = [
  { computeRateGflops: 9300, bandwidthGBps: 732 },
  { computeRateGflops: 30, bandwidthGBps: 10 },
];
type Measure = 'flops' | 'parameters' | Roof;

/**
 * Slopes as central differences of the op costs, each op held on the side of the roofline that it is on. Costs are
 * polynomials of degree 2 in a width, so that (F(w + 1) − F(w − 1)) / 2 is their derivative exactly.
 */
function differences(plan: ChannelPlan, widths: Int32Array, measure: Measure): number[] {
  const view = new MorphNetView(plan);
  const isCompute = view.ops(widths).map(({ flops, bytes }) => {
    if (typeof measure === 'string') return true;
    return flops / measure.computeRateGflops >= bytes / measure.bandwidthGBps;
  });
  const cost = (op: OpCost, index: number) => {
    if (typeof measure === 'string') return op[measure];
    return isCompute[index] ? op.flops / measure.computeRateGflops : op.bytes / measure.bandwidthGBps;
  };
  const total = (at: Int32Array) => view.ops(at).reduce((sum, op, index) => sum + cost(op, index), 0);
  return Array.from(widths, (width, group) => {
    const near = (by: number) => total(widths.with(group, width + by));
    return (near(1) - near(-1)) / 2;
  });
}

function expectDerivatives(plan: ChannelPlan, widths: Int32Array): void {
  for (const measure of ['flops', 'parameters', ...ROOFS] as const) {
    const slopes = new MorphNetView(plan).slopes(widths, measure);
    differences(plan, widths, measure).forEach((wanted, group) => {
      // The differences of totals lose digits to rounding, the slopes do not.
      expect(Math.abs((slopes[group] ?? Number.NaN) - wanted)).toBeLessThanOrEqual(
        1e-6 * (1 + Math.abs(wanted)),
      );
    });
  }
}

describe('slopes', () => {
  test('are, of a chain, what one more channel adds on either side', () => {
    // input(3) ─▶ A(4) ─▶ B(5) on 2×2 pixels, 1×1 filters: FLOPs 2 · 4 · (3 · A + A · B)
    const plan = planChannels(network([image(2, 3), conv('A', 'input', 4), conv('B', 'A', 5)]));
    const view = new MorphNetView(plan);
    // ∂/∂input = 8 · 4, ∂/∂A = 8 · (3 + 5), ∂/∂B = 8 · 4
    expect([...view.slopes(plan.fullWidths, 'flops')]).toEqual([32, 64, 32]);
    expect([...view.slopes(plan.fullWidths, 'parameters')]).toEqual([4, 8, 4]);
    // Bytes of A: 4 · (4 · 3 + 4 · 4 + 12), of B: 4 · (4 · 4 + 4 · 5 + 20).
    const memory = { computeRateGflops: Number.POSITIVE_INFINITY, bandwidthGBps: 4 };
    // ∂/∂input = 4 + A; ∂/∂A = (4 + input) + (4 + B); ∂/∂B = 4 + A
    expect([...view.slopes(plan.fullWidths, memory)]).toEqual([8, 16, 8]);
  });

  test('of a tie between computing and moving are those of computing', () => {
    const plan = planChannels(network([image(2, 3), conv('A', 'input', 4)]));
    // 96 FLOPs and 160 bytes: at 96 GFLOP/s and 160 GB/s either takes 1 ns.
    const roof = { computeRateGflops: 96, bandwidthGBps: 160 };
    // ∂/∂A = 8 · 3 / 96
    expect(new MorphNetView(plan).slopes(plan.fullWidths, roof)[1]).toBe(0.25);
  });

  test('count a depthwise channel once per copy', () => {
    // A(4) ─▶ depthwise ×3, 3×3 on 2×2 pixels: FLOPs of it 2 · 4 · 9 · 3 · A, weights 9 · 3 · A
    const plan = planChannels(network([image(2, 3), conv('A', 'input', 4), depthwise('D', 'A', 3)]));
    const view = new MorphNetView(plan);
    // and of the convolution 2 · 4 · 3 · A, weights 3 · A
    expect(view.slopes(plan.fullWidths, 'flops')[1]).toBe(216 + 24);
    expect(view.slopes(plan.fullWidths, 'parameters')[1]).toBe(27 + 3);
  });

  test('are the derivatives of the costs of random networks', () => {
    fc.assert(
      fc.property(anyNetwork, widthDraws, (random, draws) => {
        const plan = planChannels(random);
        expectDerivatives(plan, drawnWidths(plan, draws, 1));
      }),
      { numRuns: 60 },
    );
  });

  test('are the derivatives of the costs of Inception V2', () => {
    const plan = planChannels(inceptionV2('separable'));
    fc.assert(
      fc.property(widthDraws, (draws) => expectDerivatives(plan, drawnWidths(plan, draws, 1))),
      { numRuns: 2 },
    );
  });
});
