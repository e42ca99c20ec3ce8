import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DeviceProfile, parseDeviceProfile } from '../../calibration/device-profile.ts';
import type { ResidualTable } from '../../calibration/ladder/residual-table.ts';
import type { TableModel } from '../../calibration/ladder/table.ts';
import { openDevice } from '../../calibration/open-device.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { calibrate } from '../../experiments/calibrate/calibrate.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { UserError } from '../../records/user-error.ts';
import { scriptedEngine } from '../support/scripted-engine.ts';
import { temporaryFolder } from '../support/temporary.ts';

const out = temporaryFolder();
let text: string;

beforeAll(async () => {
  const engine = scriptedEngine({ kernelUs: ({ flops }) => 5 + flops / 1e5 });
  const profile = await calibrate({
    engine,
    networks: [zooNetwork('inception-32')],
    batch: 1,
    seed: 1,
    budgetSeconds: 3,
    table: false,
    int8: false,
    out,
  });
  text = JSON.stringify(profile);
});

describe('a device profile', () => {
  test('comes back from its file as it was', () => {
    const device = openDevice(join(out, 'device.json'));
    expect(device.kind === 'measured' && device.profile).toEqual(JSON.parse(text));
  });

  test('of broken JSON is refused with where it broke', () => {
    expect(() => parseDeviceProfile('{"schema":', 'd.json')).toThrow(
      /^got d\.json, which is not JSON \(.*\); expected /,
    );
  });

  test('of another schema version is refused with both versions', () => {
    const other = text.replace('morphline/device@1', 'morphline/device@9');
    expect(() => parseDeviceProfile(other, 'd.json')).toThrow(
      'got d.json with schema "morphline/device@9"; expected "morphline/device@1"; calibrate again with this version of morphline',
    );
  });

  test('with a field that does not fit names the field', () => {
    const other = text.replace(/"computeRateGflops":[\d.e+]+/, '"computeRateGflops":"fast"');
    expect(() => parseDeviceProfile(other, 'd.json')).toThrow(/computeRateGflops: /);
  });

  /** The profile, changed. */
  const changed = (change: (profile: DeviceProfile) => void) => {
    const profile = JSON.parse(text) as DeviceProfile;
    change(profile);
    return () => parseDeviceProfile(JSON.stringify(profile), 'd.json');
  };
  const tableOf = ({ rungs }: DeviceProfile): ResidualTable => {
    const table = rungs.map(({ model }) => model).find(({ rung }) => rung === 'table') as TableModel;
    return Object.values(table.residuals)[0] as ResidualTable;
  };

  test.each<[string, (profile: DeviceProfile) => void, RegExp]>([
    [
      'a negative roofline',
      ({ roofline }) => Object.assign(roofline, { bandwidthGBps: -5 }),
      /got d\.json with roofline\.bandwidthGBps: Too small/,
    ],
    [
      'a rate of nothing',
      ({ roofline }) => Object.assign(roofline, { computeRateGflops: 0 }),
      /roofline\.computeRateGflops: Too small/,
    ],
    [
      'a table that lacks a value',
      (each) => tableOf(each).smooth.pop(),
      /smooth: expected \d+ values, one for each/,
    ],
    ['a table without end', (each) => tableOf(each).smooth.splice(0, 1, 800), /smooth\.0: Too big/],
    [
      'a table of no octaves',
      (each) => Object.assign(tableOf(each), { inputOctaves: [5, 2] }),
      /inputOctaves: expected the first octave before the last/,
    ],
    [
      'the choice of a rung that it lacks',
      (each) => Object.assign(each, { chosen: 'layer-table' }),
      /got d\.json with chosen: 'layer-table', of which it holds no model/,
    ],
    [
      'a batch of less than one',
      ({ settings }) => Object.assign(settings, { batch: -1 }),
      /settings\.batch: Too small/,
    ],
    [
      'a domain from more to less',
      ({ domain }) => Object.assign(Object.values(domain)[0] ?? {}, { inputChannels: [64, 3] }),
      /inputChannels: expected the least before the most/,
    ],
    [
      'a negative error',
      ({ validation }) => Object.assign(validation, { mape: -0.01 }),
      /validation\.mape: Too small/,
    ],
    [
      'rules of another version',
      ({ engine }) => Object.assign(engine, { rules: 'onnxruntime-nhwc' }),
      /engine\.rules: 'onnxruntime-nhwc', which this version does not have/,
    ],
  ])('that would predict no time is refused: %s', (_, change, message) => {
    expect(changed(change)).toThrow(message);
    expect(changed(change)).toThrow(UserError);
  });

  test('whose numbers multiply to a time that nothing takes is refused in either view', () => {
    const plan = planChannels(zooNetwork('inception-32'));
    const profile = changed(({ roofline, rungs }) => {
      Object.assign(roofline, { computeRateGflops: 1e-300 });
      for (const { network } of rungs) Object.assign(network, { scale: 1e-320, perKernelUs: -1e300 });
    })();
    const device = { kind: 'measured', name: 'endless', profile } as const;
    const told = (view: 'morph-net' | 'deployed') => () =>
      latencyPredictor(plan, device, { view }).latencyUs(plan.fullWidths);
    expect(told('morph-net')).toThrow(
      /got a device profile that predicts .* µs of inception-32; expected a time/,
    );
    // The floor of a tenth of its kernels holds.
    expect(told('deployed')()).toBeGreaterThan(0);
  });

  test('whose numbers multiply to no time is refused when it predicts', () => {
    const plan = planChannels(zooNetwork('inception-32'));
    const profile = changed(({ rungs }) => {
      for (const { network } of rungs) Object.assign(network, { scale: 1e308, perKernelUs: 1e308 });
    })();
    const device = { kind: 'measured', name: 'endless', profile } as const;
    expect(() => latencyPredictor(plan, device).latencyUs(plan.fullWidths)).toThrow(
      'got a device profile that predicts Infinity µs of inception-32; expected a time',
    );
  });

  test('that does not exist is refused with the names of the datasheet devices', () => {
    expect(() => openDevice('nowhere.json')).toThrow(
      "got device 'nowhere.json'; expected p100, v100, k80, p4, t4, tpu-v2 or the path of a device profile",
    );
  });

  test('names kernel classes that it never saw', () => {
    const path = join(out, 'copy.json');
    writeFileSync(path, text);
    const builder = new NetworkBuilder('unseen');
    const input = builder.input(16, 16, 8);
    const network = builder.build(builder.separableConv('separable', input, 8, 5));
    const plan = planChannels(network);
    const detail = latencyPredictor(plan, openDevice(path)).detail(plan.fullWidths);
    expect(detail.unseenClasses).toEqual(['depthwise-conv 5x5/1 nhwc']);
    expect(detail.latencyUs).toBeGreaterThan(0);
  });

  test('predicts layers that add up to the whole', () => {
    const plan = planChannels(zooNetwork('inception-32'));
    const predictor = latencyPredictor(plan, openDevice(join(out, 'device.json')));
    const detail = predictor.detail(plan.fullWidths);
    expect(detail.layers.reduce((sum, { latencyUs }) => sum + latencyUs, 0)).toBeCloseTo(detail.latencyUs, 6);
    expect(predictor.latencyUs(plan.fullWidths)).toBeCloseTo(detail.latencyUs, 9);
  });
});
