// The layers of a network on several devices side by side: P100 and V100 by datasheet, and a measured one.
import { datasheetDevice } from '../../calibration/datasheet-devices.ts';
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { MorphNetView, type OpCost } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import type { Roof } from '../../network/roofline.ts';
import { familyOf } from '../samples/family.ts';
import { LAYER_KINDS } from '../study-analysis/layer-ratios.ts';

/** One layer of a network on several devices, in µs; null where a device's engine fuses it into another. */
export interface LayerTableRow {
  readonly layer: string;
  readonly kind: string;
  readonly flops: number;
  readonly p100Us: number;
  readonly v100Us: number;
  readonly deviceUs: number | null;
}

/** What a datasheet's roofline allows an op, in µs. */
function roofUs({ flops, bytes }: OpCost, { computeRateGflops, bandwidthGBps }: Roof): number {
  return Math.max(flops / computeRateGflops, bytes / bandwidthGBps) / 1e3;
}

/** Layers of a network on the P100 and V100 by datasheet and on a measured device. */
export function layerTable(network: Network, profile: DeviceProfile): LayerTableRow[] {
  const { plan } = familyOf(network);
  const [p100, v100] = [datasheetDevice('p100'), datasheetDevice('v100')];
  if (p100 === undefined || v100 === undefined) throw new Error('the datasheet devices are gone');
  const predictor = latencyPredictor(plan, { kind: 'measured', name: profile.name, profile });
  const deviceUs = new Map(
    predictor.detail(plan.fullWidths).layers.map(({ name, latencyUs }) => [name, latencyUs]),
  );
  return new MorphNetView(plan)
    .ops(plan.fullWidths)
    .filter(({ kind }) => LAYER_KINDS.has(kind))
    .map((op) => ({
      layer: op.name,
      kind: op.kind,
      flops: op.flops,
      p100Us: roofUs(op, p100),
      v100Us: roofUs(op, v100),
      deviceUs: deviceUs.get(op.name) ?? null,
    }));
}
