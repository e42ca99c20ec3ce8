import { describe, expect, test } from 'vitest';
import { kernelPredictor, latencyPredictor } from '../../calibration/predict.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { rulesNamed } from '../../network/lowering/rules.ts';

/** input 4×4×8 → dense to 10: flatten, then a product of 128 × 10. */
function product() {
  const builder = new NetworkBuilder('product');
  const flat = builder.simple('flatten', 'flatten', builder.input(4, 4, 8));
  return builder.build(builder.dense('dense', flat, 10));
}
const plan = planChannels(product());
const lowering = new Lowering(product(), rulesNamed('tfjs'), 1);
/** 1 GFLOP/s; bytes cost next to nothing. */
const model = {
  rung: 'roofline',
  computeRateGflops: 1,
  bandwidthGBps: 1e9,
  overheadUs: 0,
  kernelError: 0,
} as const;
const widths = lowering.plan.fullWidths;
const [kernel, ...others] = lowering.kernels(widths);

describe('a network of one product', () => {
  test('is one kernel', () => {
    expect(kernel?.flops).toBe(2 * 128 * 10);
    expect(others).toEqual([]);
  });

  test('takes scale · its kernel + the cost of a kernel, which its layer carries', () => {
    const predictor = kernelPredictor(lowering, model, { scale: 2, perKernelUs: 1, fixedUs: 3 });
    // 2560 FLOPs at 1 GFLOP/s: 2.56 µs.
    expect(predictor.latencyUs(widths)).toBeCloseTo(3 + 2 * 2.56 + 1, 9);
    const { latencyUs, layers, parameters, unseenClasses } = predictor.detail(widths);
    expect(latencyUs).toBeCloseTo(9.12, 9);
    expect(layers.map((layer) => layer.latencyUs)).toEqual([expect.closeTo(9.12, 9)]);
    expect(layers[0]?.bound).toBe('compute');
    expect(parameters).toBe((kernel?.weightBytes ?? 0) / 4);
    expect(unseenClasses).toEqual([]);
  });

  test('is outside a domain that lacks its class, or its channels', () => {
    const network = { scale: 1, perKernelUs: 0 };
    const none = kernelPredictor(lowering, model, network, {});
    expect(none.detail(widths)).toMatchObject({ unseenClasses: [kernel?.kernelClass], outsideDomain: [] });
    expect(none.summary(widths).kernelsOutside).toBe(1);
    const ranges = {
      samples: 1,
      inputChannels: [1, 4096] as [number, number],
      outputChannels: [11, 20] as [number, number],
      outputPixels: [1, 1] as [number, number],
    };
    const narrow = kernelPredictor(lowering, model, network, { [kernel?.kernelClass ?? '']: ranges });
    expect(narrow.detail(widths)).toMatchObject({ unseenClasses: [], outsideDomain: [kernel?.name] });
    const wide = kernelPredictor(lowering, model, network, {
      [kernel?.kernelClass ?? '']: { ...ranges, outputChannels: [10, 20] },
    });
    expect(wide.summary(widths).kernelsOutside).toBe(0);
  });
});

test('a datasheet device has, deployed, the time of its own roofline and nothing beside', () => {
  const device = {
    kind: 'datasheet',
    name: 'slow',
    device: { name: 'slow', title: '', source: '', computeRateGflops: 1, bandwidthGBps: 1e9 },
  } as const;
  expect(latencyPredictor(plan, device, { view: 'deployed' }).latencyUs(widths)).toBeCloseTo(2.56, 9);
  expect(latencyPredictor(plan, device).view).toBe('morph-net');
});
