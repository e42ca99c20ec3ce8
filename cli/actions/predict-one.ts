// One network at one size on one device: each layer's latency and what bounds it.
import pc from 'picocolors';
import type { Device } from '../../calibration/device-profile.ts';
import {
  defaultView,
  latencyPredictor,
  type NetworkPrediction,
  type View,
} from '../../calibration/predict.ts';
import { filterSlopes } from '../../experiments/filter-cost/filter-slopes.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { duration, engineering, percent, print, printJson, table } from '../terminal.ts';

/** What is said of a layer that the view does not cost. */
export const NOT_COSTED = 'not costed by morph-net';

export interface OneOptions {
  readonly batch: number;
  readonly view: View;
  readonly json: boolean;
  /** What of a file is costed as something else. */
  readonly notes: readonly string[];
  /** What the flags multiplied all widths by. */
  readonly widthMultiplier?: number;
}

interface Predicted {
  readonly plan: ChannelPlan;
  readonly device: Device;
  readonly view: View;
  readonly prediction: NetworkPrediction;
  /** By layer; empty in a view that the device's costs are not in. */
  readonly filterUs: ReadonlyMap<string, number>;
}

function printPredicted(
  { plan, device, view, prediction, filterUs }: Predicted,
  { batch, widthMultiplier }: OneOptions,
): void {
  print(
    table(
      ['layer', 'kind', 'FLOPs', 'bytes', 'latency', 'share', 'a filter', 'bound'],
      prediction.layers.map(({ name, kind, flops, bytes, latencyUs, bound }) => {
        if (bound === null) return [name, kind, '', '', '', '', '', NOT_COSTED];
        const filter = filterUs.get(name);
        return [
          name,
          kind,
          engineering(flops),
          engineering(bytes),
          duration(latencyUs),
          percent(prediction.latencyUs > 0 ? latencyUs / prediction.latencyUs : 0),
          filter === undefined ? '' : duration(filter),
          bound,
        ];
      }),
    ),
  );
  const multiplied = widthMultiplier === undefined ? '' : `, widths ×${widthMultiplier}`;
  print(
    `\n${pc.bold(plan.network.name)} on ${device.name} (${view} view, batch ${batch}${multiplied}): ${pc.bold(duration(prediction.latencyUs))}, ${engineering(prediction.flops)}FLOP, ${engineering(prediction.parameters)} parameters`,
  );
  const uncosted = prediction.layers.filter(({ bound }) => bound === null);
  if (uncosted.length > 0) {
    const kinds = [...new Set(uncosted.map(({ kind }) => kind))].join(', ');
    print(pc.dim(`${NOT_COSTED}, as Google's library has it: ${kinds}; --view deployed counts them.`));
  }
  if (filterUs.size > 0)
    print(pc.dim('A filter: one more of that layer, its inputs and what its consumers do with it included.'));
  if (prediction.outsideDomain.length > 0) {
    const [first] = prediction.outsideDomain;
    print(
      pc.yellow(`outside the profile's domain: ${prediction.outsideDomain.length} kernels, such as ${first}`),
    );
  }
  if (prediction.unseenClasses.length > 0) {
    print(pc.yellow(`class unseen: ${prediction.unseenClasses.join(', ')} (predicted from the roofline)`));
  }
}

/** Prints the latency of a network at the given widths, by layer, or as JSON. */
export function predictOne(
  { plan, widths }: { plan: ChannelPlan; widths: Int32Array },
  device: Device,
  options: OneOptions,
): void {
  const { batch, view, json, widthMultiplier = 1 } = options;
  const prediction = latencyPredictor(plan, device, { batch, view }).detail(widths);
  const filterUs =
    view === defaultView(device) ? filterSlopes(plan, widths, device, batch) : new Map<string, number>();
  if (!json) {
    printPredicted({ plan, device, view, prediction, filterUs }, options);
    return;
  }
  printJson({
    network: plan.network.name,
    device: device.name,
    view,
    batch,
    width_multiplier: widthMultiplier,
    notes: options.notes,
    latency_us: prediction.latencyUs,
    flops: prediction.flops,
    parameters: prediction.parameters,
    unseen_classes: prediction.unseenClasses,
    outside_domain: prediction.outsideDomain,
    layers: prediction.layers.map(({ name, kind, flops, bytes, latencyUs, bound }) => ({
      name,
      kind,
      flops,
      bytes,
      latency_us: latencyUs,
      bound: bound ?? NOT_COSTED,
      us_per_filter: filterUs.get(name) ?? null,
    })),
  });
}
