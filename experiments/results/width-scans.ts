// How a calibrated network's latency changes with the widths of the layers that take most of it.
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import type { Network } from '../../network/network.ts';
import { cheapWidths, type FilterScan } from '../filter-cost/filter-cost.ts';
import { familyOf } from '../samples/family.ts';

const LAYERS = 6;
/** Every width up to so many channels from the present one: blocks of 8, 16 and 32 show. */
const REACH = 32;

/** Latency over the width of each of the layers with the longest kernels, predicted. */
export function widthScans(network: Network, profile: DeviceProfile): FilterScan[] {
  const { plan } = familyOf(network);
  const device = { kind: 'measured', name: profile.name, profile } as const;
  const predictor = latencyPredictor(plan, device, { batch: profile.settings.batch });
  const full = plan.fullWidths;
  const latencyUs = predictor.latencyUs(full);
  const layerUs = new Map(predictor.detail(full).layers.map((each) => [each.name, each.latencyUs]));
  const groups = plan.groups
    .map(({ name, sources, fixed }, group) => ({
      name,
      group,
      us: fixed ? 0 : sources.reduce((sum, source) => sum + (layerUs.get(source) ?? 0), 0),
    }))
    .filter(({ us }) => us > 0)
    .sort((a, b) => b.us - a.us)
    .slice(0, LAYERS);
  return groups.map(({ name, group }) => {
    const width = full[group] as number;
    const first = Math.max(1, width - REACH);
    const points = Array.from({ length: width + REACH - first + 1 }, (_, i) => {
      const changed = full.slice();
      changed[group] = first + i;
      return { width: first + i, latencyUs: predictor.latencyUs(changed) };
    });
    const costs = new Map(points.map((each) => [each.width, each.latencyUs]));
    return { layer: name, width, device: profile.name, latencyUs, points, cheapWidths: cheapWidths(costs) };
  });
}
