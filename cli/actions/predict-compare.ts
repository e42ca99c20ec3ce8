// Two devices side by side, layer by layer.
import pc from 'picocolors';
import { openDevice } from '../../calibration/open-device.ts';
import { latencyPredictor, type NetworkPrediction, type View } from '../../calibration/predict.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { UserError } from '../../records/user-error.ts';
import { duration, print, printJson, table } from '../terminal.ts';
import { NOT_COSTED } from './predict-one.ts';

/** One layer on two devices; null where one of them has no kernel of that name, or the view does not cost it. */
interface ComparedLayer {
  readonly name: string;
  readonly latencyUs: readonly [number | null, number | null];
}

/** Layers of two predictions by name, in the order of the first. */
function compared([a, b]: readonly [NetworkPrediction, NetworkPrediction]): ComparedLayer[] {
  const times = (prediction: NetworkPrediction) =>
    new Map(prediction.layers.map(({ name, latencyUs, bound }) => [name, bound === null ? null : latencyUs]));
  const [first, second] = [times(a), times(b)];
  return [...new Set([...first.keys(), ...second.keys()])].map((name) => ({
    name,
    latencyUs: [first.get(name) ?? null, second.get(name) ?? null],
  }));
}

export interface CompareOptions {
  readonly batch: number;
  /** Kernels are compared with kernels and ops with ops: as deployed, unless both devices are datasheets. */
  readonly view?: View;
  readonly json: boolean;
}

/**
 * Two devices side by side, as the MorphNet talk compares a P100 with a V100.
 * @throws UserError unless two devices are named
 */
export function compareDevices(
  { plan, widths }: { plan: ChannelPlan; widths: Int32Array },
  names: readonly string[],
  options: CompareOptions,
): void {
  const [a, b] = names;
  if (a === undefined || b === undefined || names.length > 2) {
    throw new UserError({
      got: `--compare ${names.join(' ')}`,
      expected: 'two devices',
      fix: 'give two names or paths, such as --compare p100 device.json',
    });
  }
  const devices = [openDevice(a), openDevice(b)] as const;
  const { batch } = options;
  const view = options.view ?? (devices.every(({ kind }) => kind === 'datasheet') ? 'morph-net' : 'deployed');
  const detail = (device: (typeof devices)[number]) =>
    latencyPredictor(plan, device, { batch, view }).detail(widths);
  const predictions = [detail(devices[0]), detail(devices[1])] as const;
  const layers = compared(predictions);
  const [first, second] = predictions;
  if (options.json) {
    printJson({
      network: plan.network.name,
      devices: devices.map(({ name }) => name),
      view,
      batch,
      latency_us: predictions.map(({ latencyUs }) => latencyUs),
      ratio: first.latencyUs / second.latencyUs,
      layers: layers.map(({ name, latencyUs }) => ({ name, latency_us: latencyUs })),
    });
    return;
  }
  const cell = (us: number | null) => (us === null ? '' : duration(us));
  const ratio = (x: number | null, y: number | null) =>
    x === null || y === null || y === 0 ? '' : `${(x / y).toFixed(2)}×`;
  print(
    table(
      ['layer', devices[0].name, devices[1].name, 'ratio'],
      layers.map(({ name, latencyUs: [x, y] }) => [name, cell(x), cell(y), ratio(x, y)]),
    ),
  );
  const uncosted = first.layers.filter(({ bound }) => bound === null).length;
  if (uncosted > 0)
    print(pc.dim(`${uncosted} layers without times are ${NOT_COSTED}; --view deployed counts them.`));
  const slower = layers.flatMap(({ name, latencyUs: [x, y] }) =>
    x === null || y === null || y <= x ? [] : [{ name, moreUs: y - x }],
  );
  if (slower.length > 0) {
    const [most] = slower.toSorted((p, q) => q.moreUs - p.moreUs);
    print(
      pc.dim(
        `slower on ${devices[1].name}: ${slower.length} of ${layers.length}, most of all ${most?.name} (by ${duration(most?.moreUs ?? 0)})`,
      ),
    );
  }
  print(
    `\n${pc.bold(plan.network.name)} (${view} view, batch ${batch}): ${duration(first.latencyUs)} on ${devices[0].name}, ${duration(second.latencyUs)} on ${devices[1].name}, ${ratio(first.latencyUs, second.latencyUs)}`,
  );
}
