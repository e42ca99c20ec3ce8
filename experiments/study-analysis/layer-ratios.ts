// The full network layer by layer: time, time per FLOP and share of latency on every device.
import type { LatencyPredictor } from '../../calibration/predict.ts';
import type { OpCost } from '../../network/morph-net-view.ts';
import type { LayerRatio } from '../../records/study-analysis.ts';
import type { DrawnNetworks } from './drawn-networks.ts';

/** Layers with weights and joins: what both views have one row for. */
export const LAYER_KINDS: ReadonlySet<OpCost['kind']> = new Set([
  'conv2d',
  'depthwise-conv2d',
  'dense',
  'concat',
  'add',
]);

/** Layers of the full network on each device. FLOPs and bytes as the morph-net view counts them. */
export function layerRatios({ plan, view, predictors }: DrawnNetworks): LayerRatio[] {
  const timesOf = (predictor: LatencyPredictor) => {
    const { layers, latencyUs } = predictor.detail(plan.fullWidths);
    return { latencyUs, byName: new Map(layers.map((layer) => [layer.name, layer.latencyUs])) };
  };
  const devices = [...predictors].map(([column, predictor]) => ({ column, ...timesOf(predictor) }));
  return view
    .ops(plan.fullWidths)
    .filter(({ kind }) => LAYER_KINDS.has(kind))
    .map(({ name, kind, flops, bytes }) => ({
      layer: name,
      kind,
      flops,
      bytes,
      devices: devices.map(({ column, latencyUs, byName }) => {
        const us = byName.get(name) ?? null;
        return {
          column,
          us,
          ns_per_mflop: us === null || flops === 0 ? null : (us * 1e9) / flops,
          share: us === null ? null : us / latencyUs,
        };
      }),
    }));
}
