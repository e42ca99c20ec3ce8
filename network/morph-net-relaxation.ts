// What an op of the morph-net view costs in one measure, and its partial derivatives (MorphNet, eq. 9).
import type { LayerKind } from './layer.ts';
import type { OpTerms } from './morph-net-op-terms.ts';
import type { Roof } from './roofline.ts';

/** What a cost is counted in; a roof's latencies are ns. */
export type CostMeasure = 'flops' | 'parameters' | 'activations' | Roof;

export interface Relaxation {
  readonly cost: number;
  /** ∂cost/∂I. */
  readonly perInput: number;
  /** ∂cost/∂O. */
  readonly perOutput: number;
}

const PRODUCES_ACTIVATIONS: ReadonlySet<LayerKind> = new Set([
  'conv2d',
  'conv2d-transpose',
  'depthwise-conv2d',
  'dense',
]);

/**
 * Cost of an op and its partial derivatives, the larger side of a roof held.
 * @param i alive inputs
 * @param o alive outputs
 */
export function relaxation(
  kind: LayerKind,
  terms: OpTerms,
  i: number,
  o: number,
  measure: CostMeasure,
): Relaxation {
  if (measure === 'activations') {
    const counted = PRODUCES_ACTIVATIONS.has(kind) ? 1 : 0;
    return { cost: counted * o, perInput: 0, perOutput: counted };
  }
  if (measure === 'parameters') {
    return {
      cost: terms.parametersIO * i * o + terms.parametersO * o,
      perInput: terms.parametersIO * o + terms.relaxesInput * terms.parametersO,
      perOutput: terms.parametersIO * i + terms.parametersO,
    };
  }
  const flops = {
    cost: terms.flopsIO * i * o + terms.flopsO * o,
    perInput: terms.flopsIO * o + terms.relaxesInput * terms.flopsO,
    perOutput: terms.flopsIO * i + terms.flopsO,
  };
  if (measure === 'flops') return flops;
  const bytes = terms.bytesI * i + terms.bytesO * o + terms.bytesIO * i * o;
  const { computeRateGflops, bandwidthGBps } = measure;
  const computeNs = flops.cost / computeRateGflops;
  const memoryNs = bytes / bandwidthGBps;
  // A tie goes to compute.
  if (computeNs >= memoryNs) {
    return {
      cost: computeNs,
      perInput: flops.perInput / computeRateGflops,
      perOutput: flops.perOutput / computeRateGflops,
    };
  }
  return {
    cost: memoryNs,
    perInput: (terms.bytesI + terms.bytesIO * o) / bandwidthGBps,
    perOutput: (terms.bytesO + terms.bytesIO * i) / bandwidthGBps,
  };
}
