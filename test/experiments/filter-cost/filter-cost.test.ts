import { expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { cheapWidths, filterCost, filterCosts } from '../../../experiments/filter-cost/filter-cost.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { MorphNetView } from '../../../network/morph-net-view.ts';
import { resizeNetwork } from '../../../network/widths.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const PROFILE = 'profiles/amd-epyc-onnxruntime-1-thread-inception-32.json';

test('cheap widths are those that no wider one undercuts', () => {
  const costs = new Map([
    [14, 5],
    [15, 7],
    [16, 6],
    [17, 9],
    [18, 9],
    [19, 8],
    [20, 10],
  ]);
  expect(cheapWidths(costs)).toEqual([14, 16, 19, 20]);
});

test('a filter costs what the network with one more costs on top, in FLOPs and weights', () => {
  for (const name of ['inception-32', 'resnet-v1-32', 'mobilenet-v1-32']) {
    const plan = planChannels(zooNetwork(name));
    const result = filterCosts(plan, plan.fullWidths, [openDevice('p100')]);
    filterCost.parse(result);
    expect(result.rows.length).toBe(plan.groups.filter(({ fixed }) => !fixed).length);
    const view = new MorphNetView(plan);
    const before = view.totals(plan.fullWidths, [], new Float64Array(0));
    result.rows.forEach(({ layer, flops_per_filter, weights_per_filter }) => {
      const widths = plan.fullWidths.slice();
      const group = plan.groups.findIndex((each) => each.name === layer);
      widths[group] = (widths[group] as number) + 1;
      const wider = planChannels(resizeNetwork(plan, widths));
      const after = new MorphNetView(wider).totals(wider.fullWidths, [], new Float64Array(0));
      // A group that a layer both reads and makes (a depthwise or residual one) grows faster than its slope.
      expect(after.flops - before.flops).toBeGreaterThanOrEqual(flops_per_filter * (1 - 1e-9));
      expect(after.flops - before.flops).toBeLessThan(flops_per_filter * 1.1 + 1);
      expect(after.parameters - before.parameters).toBeLessThan(weights_per_filter * 1.1 + 1);
    });
  }
});

test('time on a calibrated device is that of whole networks, and its cheap widths are cheap', () => {
  const device = openDevice(PROFILE);
  const plan = planChannels(zooNetwork('inception-32'));
  const { rows, latency_us } = filterCosts(plan, plan.fullWidths, [device]);
  const predictor = latencyPredictor(plan, device);
  expect(latency_us[device.name]).toBe(predictor.latencyUs(plan.fullWidths));
  for (const { layer, width, devices } of rows) {
    const cost = devices[device.name];
    const group = plan.groups.findIndex((each) => each.name === layer);
    const at = (count: number) => {
      const widths = plan.fullWidths.slice();
      widths[group] = count;
      return predictor.latencyUs(widths);
    };
    expect(cost?.next_filter_us).toBeCloseTo(at(width + 1) - at(width), 9);
    for (const cheap of cost?.cheap_widths.slice(0, -1) ?? []) {
      expect(at(cheap), `${layer} at ${cheap}`).toBeLessThan(at(cheap + 1));
    }
  }
});
