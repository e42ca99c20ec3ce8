// Predicted times of every layer over many sub-networks, and what bounds them.
import { mean } from 'simple-statistics';
import type { LatencyPredictor, LayerPrediction } from '../../calibration/predict.ts';
import type { BoundShares } from '../../records/study-analysis.ts';
import type { PartCost } from './attribution.ts';

/** Predicted times of the layers of some networks on one device. */
export interface LayerTimes {
  /** A reorder before or behind a layer counts as a layer of its own; 0 where a network has none. */
  readonly layers: readonly PartCost[];
  /** The same, summed by kind of layer or class of kernel. */
  readonly kinds: readonly PartCost[];
  readonly bounds: Omit<BoundShares, 'column'>;
}

class Parts {
  private readonly parts = new Map<string, PartCost>();
  private readonly networks: number;

  constructor(networks: number) {
    this.networks = networks;
  }

  add(index: number, name: string, kind: string, { latencyUs, flops }: LayerPrediction): void {
    let part = this.parts.get(name);
    if (part === undefined) {
      part = {
        name,
        kind,
        latencyUs: new Float64Array(this.networks),
        flops: new Float64Array(this.networks),
      };
      this.parts.set(name, part);
    }
    part.latencyUs[index] = (part.latencyUs[index] as number) + latencyUs;
    part.flops[index] = (part.flops[index] as number) + flops;
  }

  list(): PartCost[] {
    return [...this.parts.values()];
  }
}

/**
 * A kind of kernel without its layout and program: "conv 3x3/2 nchw" → "conv 3x3/2". Which layout a kernel has is the
 * engine's choice by channels, not the network's.
 */
function kindOf(kind: string): string {
  return kind.replace(/ (?:nhwc|nchwc?)\b.*$/, '');
}

/** Times of every layer of networks at these group widths. */
export function layerTimes(predictor: LatencyPredictor, networks: readonly Int32Array[]): LayerTimes {
  const layers = new Parts(networks.length);
  const kinds = new Parts(networks.length);
  const shares = { compute: [] as number[], memory: [] as number[], overhead: [] as number[] };
  networks.forEach((widths, index) => {
    const detail = predictor.detail(widths);
    const time = { compute: 0, memory: 0, overhead: 0 };
    for (const layer of detail.layers) {
      // Costs nothing in this view.
      if (layer.bound === null) continue;
      const kind = kindOf(layer.kind);
      layers.add(index, layer.name, kind, layer);
      kinds.add(index, kind, kind, layer);
      time[layer.bound] += layer.latencyUs;
    }
    const total = time.compute + time.memory + time.overhead;
    for (const bound of ['compute', 'memory', 'overhead'] as const)
      shares[bound].push(total > 0 ? time[bound] / total : 0);
  });
  return {
    layers: layers.list(),
    kinds: kinds.list(),
    bounds: {
      networks: networks.length,
      compute: mean(shares.compute),
      memory: mean(shares.memory),
      overhead: mean(shares.overhead),
    },
  };
}
