// Fuzzed: device profiles, structure files, and what a calibration decides for itself.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceProfile, parseDeviceProfile } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { widthsFromFile } from '../../cli/layer-widths.ts';
import { readStructures } from '../../cli/structures.ts';
import { decidedPlan } from '../../experiments/calibrate/plan.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { decidedOnce } from '../../records/run-file.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { type AnyTarget, requireNumbers, requireTime, target } from './target.ts';

const NETWORK = 'inception-32';

/** The first entries of a record, so that what matters is changed often. */
const few = <T>(record: Readonly<Record<string, T>>, count: number) =>
  Object.fromEntries(Object.entries(record).slice(0, count));

/** A profile without most of its classes, and the one rung that it predicts with. */
function slim(profile: DeviceProfile): DeviceProfile {
  const rungs = profile.rungs.filter(({ model }) => model.rung === profile.chosen) as DeviceProfile['rungs'];
  for (const { model } of rungs) {
    if (model.rung === 'table') model.residuals = few(model.residuals, 2);
    if (model.rung === 'kernel-class') model.classes = few(model.classes, 4);
    if (model.rung === 'table') model.base.classes = few(model.base.classes, 4);
  }
  const { smoothing } = profile;
  return {
    ...profile,
    rungs,
    domain: few(profile.domain, 3),
    ...(smoothing === undefined ? {} : { smoothing: { ...smoothing, classes: few(smoothing.classes, 2) } }),
  };
}

export function deviceProfiles(root: string): AnyTarget {
  const path = join(root, 'profiles', 'amd-epyc-onnxruntime-1-thread-inception-32.json');
  const profile = parseDeviceProfile(readFileSync(path, 'utf8'), path);
  const plan = planChannels(zooNetwork(NETWORK));
  const narrow = Int32Array.from(plan.groups, ({ size, fixed }) => (fixed ? size : Math.ceil(size / 3)));
  return target({
    name: 'device-profile',
    inputs: mutatedJson([slim(profile)]),
    read(text) {
      const own = parseDeviceProfile(text, 'device.json');
      requireNumbers(own, 'profile');
      const device = { kind: 'measured', name: own.name, profile: own } as const;
      for (const view of ['deployed', 'morph-net'] as const) {
        const predictor = latencyPredictor(plan, device, { view, batch: own.settings.batch });
        for (const widths of [plan.fullWidths, narrow]) {
          requireTime(predictor.latencyUs(widths), 'a latency');
          for (const { name, latencyUs } of predictor.detail(widths).layers) requireTime(latencyUs, name);
        }
      }
    },
  });
}

export function structureFiles(_root: string, folder: string): AnyTarget {
  const plan = planChannels(zooNetwork(NETWORK));
  const whole = Object.fromEntries([...plan.layerIndex.keys()].slice(1, 8).map((name) => [name, 8]));
  const line = JSON.stringify({ Conv2d_1_3x3: 8 });
  const json = mutatedJson([whole, {}, { Conv2d_1_3x3: 8 }]).map((text) => ({ text, ending: 'json' }));
  const lines = mutatedText([`${line}\n${line}\n\n{}\n`]).map((text) => ({ text, ending: 'jsonl' }));
  return target({
    name: 'structure-file',
    inputs: json.chain((one) => lines.map((other) => (one.text.length % 3 === 0 ? other : one))),
    read({ text, ending }) {
      const path = join(folder, `widths.${ending}`);
      writeFileSync(path, text);
      if (ending === 'jsonl') {
        readStructures([path]);
        return;
      }
      widthsFromFile(plan, path).forEach((width, group) => {
        const { size } = plan.groups[group] as { size: number };
        if (!(width >= 0 && width <= size)) throw new Error(`a width of ${width} of ${size} is accepted`);
      });
    },
  });
}

export function plans(_root: string, folder: string): AnyTarget {
  return target({
    name: 'plan',
    inputs: mutatedJson([{ fit: 45, choose: 12, report: 45, targeted: 9, targetedSeconds: 12.5 }]),
    async read(text) {
      const path = join(folder, 'plan.json');
      writeFileSync(path, text);
      const plan = await decidedOnce(path, decidedPlan, () => Promise.reject(new Error('decided anew')));
      for (const [key, value] of Object.entries(plan))
        if (!(value >= 0 && (value <= 1000 || key === 'targetedSeconds')))
          throw new Error(`${key} ${value} is accepted`);
    },
  });
}
