// What one more filter of each layer costs: FLOPs, weights and time; which widths near the present one are cheap.
import { z } from 'zod';
import type { Device } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { flopsResource, latencyResource, modelSizeResource } from '../../morphnet/resource.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';

export const FILTER_COST_SCHEMA = 'morphline/filter-cost@1';

const deviceCost = z.object({
  /** Secant over ±16 filters on a measured device, the roofline's slope on a datasheet one. */
  us_per_filter: z.number(),
  /** Latency of the whole network with one filter more, less that of the network as it is. */
  next_filter_us: z.number(),
  /** Share of the network's latency that would go with an eighth of the filters. */
  share_of_eighth: z.number(),
  /**
   * Widths around the present one that no wider one undercuts: between two of them every width costs at least what the
   * upper one does.
   */
  cheap_widths: z.array(z.number().int()),
});

/** What one more filter of a group of tied layers costs, its own inputs and its consumers' included. */
const row = z.object({
  /** The first layer that makes these filters. */
  layer: z.string(),
  /** Layers whose filters live and die together. */
  layers: z.array(z.string()),
  width: z.number().int(),
  flops_per_filter: z.number(),
  weights_per_filter: z.number(),
  devices: z.record(z.string(), deviceCost),
});
export type FilterCostRow = z.infer<typeof row>;

/** What `filter-cost --json` prints. */
export const filterCost = z.object({
  schema: z.literal(FILTER_COST_SCHEMA),
  network: z.string(),
  batch: z.number().int(),
  /** Latency of the whole network, by device. */
  latency_us: z.record(z.string(), z.number()),
  rows: z.array(row),
});
export type FilterCost = z.infer<typeof filterCost>;

/** Latency of the network as the width of one group changes, on one device. */
export interface FilterScan {
  readonly layer: string;
  /** The present one. */
  readonly width: number;
  readonly device: string;
  /** Of the network as it is. */
  readonly latencyUs: number;
  /** Of the network with other widths of that group, ascending. */
  readonly points: readonly { readonly width: number; readonly latencyUs: number }[];
  readonly cheapWidths: readonly number[];
}

/** Widths looked at around the present one, as shares of it. */
const SCAN: readonly [number, number] = [0.5, 1.25];

/** Widths of the range that are cheaper than every wider one of it, ascending. */
export function cheapWidths(costs: ReadonlyMap<number, number>): number[] {
  const cheap: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const width of [...costs.keys()].sort((a, b) => b - a)) {
    const cost = costs.get(width) as number;
    if (cost >= least) continue;
    least = cost;
    cheap.push(width);
  }
  return cheap.reverse();
}

function scannedWidths(width: number): number[] {
  const first = Math.max(1, Math.floor(SCAN[0] * width));
  const last = Math.max(width + 1, Math.ceil(SCAN[1] * width));
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * What one more filter of each layer costs in FLOPs, weights and time on each device, at the given widths: the MorphNet
 * slopes (arXiv 1711.06798, eq. 9) of each cost, and the device's cheap channel counts near the present width.
 * Layers whose width is fixed (inputs, outputs) are left out.
 */
export function filterCosts(
  plan: ChannelPlan,
  widths: Int32Array,
  devices: readonly Device[],
  batch = 1,
): FilterCost {
  return scannedFilterCosts(plan, widths, devices, batch).cost;
}

/** As {@link filterCosts}, and the latencies that it is made of. */
export function scannedFilterCosts(
  plan: ChannelPlan,
  widths: Int32Array,
  devices: readonly Device[],
  batch = 1,
): { cost: FilterCost; scans: FilterScan[] } {
  const flops = flopsResource(plan).slopes(widths);
  const weights = modelSizeResource(plan).slopes(widths);
  const predicted = devices.map((device) => {
    const predictor = latencyPredictor(plan, device, { batch });
    return {
      name: device.name,
      slopes: latencyResource(plan, device, batch).slopes(widths),
      latencyUs: predictor.latencyUs(widths),
      at(group: number, width: number) {
        const changed = widths.slice();
        changed[group] = width;
        return predictor.latencyUs(changed);
      },
    };
  });
  const scans: FilterScan[] = [];
  const rows = plan.groups.flatMap(({ name, sources, fixed }, group): FilterCostRow[] => {
    const width = widths[group] as number;
    if (fixed || width === 0) return [];
    const of = (device: (typeof predicted)[number]): z.infer<typeof deviceCost> => {
      const costs = new Map(scannedWidths(width).map((each) => [each, device.at(group, each)]));
      const cheap = cheapWidths(costs);
      const points = [...costs].map(([at, latencyUs]) => ({ width: at, latencyUs }));
      scans.push({
        layer: name,
        width,
        device: device.name,
        latencyUs: device.latencyUs,
        points,
        cheapWidths: cheap,
      });
      const narrower = Math.max(1, Math.round(0.875 * width));
      return {
        us_per_filter: device.slopes[group] as number,
        next_filter_us: (costs.get(width + 1) as number) - device.latencyUs,
        share_of_eighth: 1 - device.at(group, narrower) / device.latencyUs,
        cheap_widths: cheap,
      };
    };
    return [
      {
        layer: name,
        layers: [...sources],
        width,
        flops_per_filter: flops[group] as number,
        weights_per_filter: weights[group] as number,
        devices: Object.fromEntries(predicted.map((device) => [device.name, of(device)])),
      },
    ];
  });
  const cost: FilterCost = {
    schema: FILTER_COST_SCHEMA,
    network: plan.network.name,
    batch,
    latency_us: Object.fromEntries(predicted.map(({ name, latencyUs }) => [name, latencyUs])),
    rows,
  };
  return { cost, scans };
}
