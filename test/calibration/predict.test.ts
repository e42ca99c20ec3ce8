import { describe, expect, test } from 'vitest';
import { kernelPredictor, latencyPredictor } from '../../calibration/predict.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { rulesNamed } from '../../network/lowering/rules.ts';
import { groupWidths } from '../../network/widths.ts';
import { activation, conv, dense, flatten, globalPool, image, network, pool } from '../network/layers.ts';

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
    const whole = { scale: 1, perKernelUs: 0 };
    const none = kernelPredictor(lowering, model, whole, {});
    expect(none.detail(widths)).toMatchObject({ unseenClasses: [kernel?.kernelClass], outsideDomain: [] });
    expect(none.summary(widths).kernelsOutside).toBe(1);
    const ranges = {
      samples: 1,
      inputChannels: [1, 4096] as [number, number],
      outputChannels: [11, 20] as [number, number],
      outputPixels: [1, 1] as [number, number],
    };
    const narrow = kernelPredictor(lowering, model, whole, { [kernel?.kernelClass ?? '']: ranges });
    expect(narrow.detail(widths)).toMatchObject({ unseenClasses: [], outsideDomain: [kernel?.name] });
    const wide = kernelPredictor(lowering, model, whole, {
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

describe('the morph-net view', () => {
  const device = {
    kind: 'datasheet',
    name: 'slow',
    device: { name: 'slow', title: '', source: '', computeRateGflops: 1, bandwidthGBps: 1e9 },
  } as const;

  test('has dense layers behind a flatten as narrow as the network is there', () => {
    const flat = planChannels(
      network([image(4, 2), conv('A', 'input', 6), flatten('F', 'A'), dense('D', 'F', 10)]),
    );
    const three = groupWidths(flat, { A: 3 });
    const flops = 2 * 16 * 2 * 3 + 2 * (16 * 3) * 10;
    const predictor = latencyPredictor(flat, device);
    expect(predictor.view).toBe('morph-net');
    expect(predictor.detail(three).flops).toBe(flops);
    expect(predictor.summary(three).flops).toBe(flops);
    expect(predictor.latencyUs(three)).toBeCloseTo(flops / 1e3, 3);
    expect(latencyPredictor(flat, device, { view: 'deployed' }).summary(three).flops).toBe(flops);
  });

  test('lists what it does not cost, in its place', () => {
    const some = planChannels(
      network([
        image(4, 2),
        conv('A', 'input', 6),
        activation('L', 'A', 'leaky-relu'),
        pool('max-pool', 'P', 'L'),
        activation('R', 'P'),
        globalPool('G', 'R'),
        dense('D', 'G', 10),
      ]),
    );
    const { layers, latencyUs } = latencyPredictor(some, device).detail(some.fullWidths);
    expect(layers.map(({ name, bound }) => [name, bound === null])).toEqual([
      ['A', false],
      ['L', true],
      ['P', true],
      ['R', false],
      ['G', true],
      ['D', false],
    ]);
    expect(layers.find(({ name }) => name === 'P')).toMatchObject({
      kind: 'max-pool',
      flops: 0,
      latencyUs: 0,
    });
    expect(layers.reduce((sum, layer) => sum + layer.latencyUs, 0)).toBeCloseTo(latencyUs, 9);
  });
});
