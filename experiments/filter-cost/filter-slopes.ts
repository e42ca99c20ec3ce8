// What one more filter of each layer costs on one device, by the layer's name.
import type { Device } from '../../calibration/device-profile.ts';
import { latencyResource } from '../../morphnet/resource.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';

/**
 * What one more filter of each layer costs on a device, in µs, by the layer's name: its own inputs and what its
 * consumers do with it included, and where layers are tied one filter of each. Layers whose width is fixed are not in
 * it.
 */
export function filterSlopes(
  plan: ChannelPlan,
  widths: Int32Array,
  device: Device,
  batch: number,
): ReadonlyMap<string, number> {
  const slopes = latencyResource(plan, device, batch).slopes(widths);
  return new Map(
    plan.groups.flatMap(({ fixed, sources }, group) =>
      fixed || widths[group] === 0
        ? []
        : sources.map((name): [string, number] => [name, slopes[group] as number]),
    ),
  );
}
