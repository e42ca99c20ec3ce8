// FLOPs, weights, bytes and roofline latency of a network as Google's library counts them, and their slopes.
import { type ChannelPlan, type ChannelSum, channelCount } from './channel-plan.ts';
import type { LayerKind, Op } from './layer.ts';
import { type OpTerms, opTerms } from './morph-net-op-terms.ts';
import { type CostMeasure, relaxation } from './morph-net-relaxation.ts';
import { type DistinctTensors, distinctTensors } from './morph-net-tensors.ts';
import { opClass, opWork } from './op-work.ts';
import { float32LatencyNs, type Roof } from './roofline.ts';
import type { Shape } from './shape.ts';
import { weightOwner } from './shared-weights.ts';

const BYTES_PER_VALUE = 4;

/** Costs of one op at some widths, as Google's library counts them. */
export interface OpCost {
  readonly name: string;
  readonly kind: LayerKind;
  /** 2 per multiply-add. */
  readonly flops: number;
  /** Weights of convolutions and dense layers; biases and batch norms are free. */
  readonly parameters: number;
  /** Inputs, outputs and weights, 4 bytes per value. */
  readonly bytes: number;
}

/** One op's cost and its relaxation. */
export interface OpRelaxation {
  readonly name: string;
  readonly cost: number;
  /** ∂cost/∂I · regularization of the inputs + ∂cost/∂O · regularization of the outputs. */
  readonly term: number;
}

/** A layer that Google's library does not cost. */
export interface UncostedLayer {
  readonly name: string;
  /** Its kind; of an operator of ONNX its class. */
  readonly kind: string;
}

interface CostedOp extends OpTerms {
  readonly name: string;
  readonly kind: LayerKind;
  /** Its first input and its output among the distinct tensors. */
  readonly input: number;
  readonly output: number;
}

function weightedSum({ groups, times }: ChannelSum, values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < groups.length; k++)
    sum += (times[k] as number) * (values[groups[k] as number] as number);
  return sum;
}

function addSlope(slopes: Float64Array, { groups, times }: ChannelSum, perChannel: number): void {
  for (let k = 0; k < groups.length; k++) {
    const group = groups[k] as number;
    slopes[group] = (slopes[group] as number) + perChannel * (times[k] as number);
  }
}

/** Of an operator that is a product of matrices, all for each channel of its output; null for any other. */
function productTerms(op: Op, { shapes }: ChannelPlan, batch: number): OpTerms | null {
  const shapeOf = (name: string) => shapes.get(name) as Shape;
  const { flops, read, written, weights, parameters } = opWork(op, op.inputs.map(shapeOf), batch);
  if (flops === 0) return null;
  const { channels } = shapeOf(op.name);
  return {
    flopsIO: 0,
    flopsO: flops / channels,
    parametersIO: 0,
    parametersO: parameters / channels,
    relaxesInput: 0,
    bytesI: 0,
    bytesO: (BYTES_PER_VALUE * (read + written + weights)) / channels,
    bytesIO: 0,
  };
}

/**
 * The `morph-net` view: every op as written, costed as google-research/morph-net does (cost_calculator.py): 2 FLOPs
 * per multiply-add; latency max(FLOPs / compute rate, bytes / bandwidth). Convolution, depthwise convolution and dense
 * layers have FLOPs and weights; batch norm, ReLU, ReLU6, add and concat cost their bytes; pools, other activations,
 * softmax, flatten and what only arranges channels or pixels cost nothing there. A dead convolution still pays for
 * reading its live inputs.
 */
export class MorphNetView {
  private readonly compatibility: boolean;
  /** Layers that cost nothing here though they may take time, in order. */
  readonly uncosted: readonly UncostedLayer[];
  private readonly costed: readonly CostedOp[];
  private readonly tensors: DistinctTensors;
  /** Scratch: channel count of each distinct tensor. */
  private readonly counts: Float64Array;

  /**
   * @param options compatibility: also where Google's library departs from what a shrunk network costs: flatten cuts
   * the channel link, so that the dense layer behind it sees all its inputs alive; a depthwise convolution's term
   * counts its channels twice, as inputs and as outputs; and {@link totals} adds up latencies of ops in float32, as its
   * graph does, so that they agree to the last digit. Default false. cutsAtFlatten: whether the first of these; as
   * compatibility by default.
   */
  constructor(
    plan: ChannelPlan,
    batch = 1,
    options: { compatibility?: boolean; cutsAtFlatten?: boolean } = {},
  ) {
    const compatibility = options.compatibility ?? false;
    this.compatibility = compatibility;
    this.tensors = distinctTensors(plan, options.cutsAtFlatten ?? compatibility);
    this.counts = new Float64Array(this.tensors.sums.length);
    const { tensorOf } = this.tensors;
    const areaOf = (name: string) => {
      const shape = plan.shapes.get(name);
      return shape === undefined ? 0 : batch * shape.height * shape.width;
    };
    const uncosted: UncostedLayer[] = [];
    this.costed = plan.network.layers.flatMap((layer, index): CostedOp[] => {
      const made =
        layer.kind === 'op'
          ? productTerms(layer, plan, batch)
          : opTerms(layer, layer.inputs.map(areaOf), areaOf(layer.name), compatibility);
      if (made === null) {
        const kind = layer.kind === 'op' ? opClass(layer) : layer.kind;
        if (layer.kind !== 'input' && layer.kind !== 'op-output') uncosted.push({ name: layer.name, kind });
        return [];
      }
      const isShared = weightOwner(plan.network, `${layer.name}/kernel`) !== `${layer.name}/kernel`;
      // A kernel of several layers is read by each and counts once.
      const terms = isShared ? { ...made, parametersIO: 0, parametersO: 0 } : made;
      const input = tensorOf[plan.inputs[index]?.[0] ?? index] as number;
      return [{ ...terms, name: layer.name, kind: layer.kind, input, output: tensorOf[index] as number }];
    });
    this.uncosted = uncosted;
  }

  private count(widths: Int32Array): Float64Array {
    const { sums, constants } = this.tensors;
    for (let i = 0; i < sums.length; i++) {
      this.counts[i] = (constants[i] as number) + channelCount(sums[i] as ChannelSum, widths);
    }
    return this.counts;
  }

  /** Every costed op at the given group widths, in layer order. */
  ops(widths: Int32Array): OpCost[] {
    const counts = this.count(widths);
    return this.costed.map((op) => {
      const i = counts[op.input] as number;
      const o = counts[op.output] as number;
      return {
        name: op.name,
        kind: op.kind,
        flops: op.flopsIO * i * o + op.flopsO * o,
        parameters: op.parametersIO * i * o + op.parametersO * o,
        bytes: op.bytesI * i + op.bytesO * o + op.bytesIO * i * o,
      };
    });
  }

  /**
   * Totals at the given group widths, without allocating.
   * @param latenciesNs receives the latency on each of the roofs, in ns
   * @returns bytes: inputs, outputs and weights of every op, 4 bytes per value
   */
  totals(
    widths: Int32Array,
    roofs: readonly Roof[],
    latenciesNs: Float64Array,
  ): { flops: number; parameters: number; bytes: number } {
    const counts = this.count(widths);
    let flops = 0;
    let parameters = 0;
    let bytes = 0;
    latenciesNs.fill(0);
    for (const op of this.costed) {
      const i = counts[op.input] as number;
      const o = counts[op.output] as number;
      const io = i * o;
      const opFlops = op.flopsIO * io + op.flopsO * o;
      const opBytes = op.bytesI * i + op.bytesO * o + op.bytesIO * io;
      flops += opFlops;
      parameters += op.parametersIO * io + op.parametersO * o;
      bytes += opBytes;
      for (let r = 0; r < roofs.length; r++) {
        const roof = roofs[r] as Roof;
        const opNs = this.compatibility
          ? float32LatencyNs({ flops: opFlops, bytes: opBytes }, roof)
          : Math.max(opFlops / roof.computeRateGflops, opBytes / roof.bandwidthGBps);
        latenciesNs[r] = (latenciesNs[r] as number) + opNs;
      }
    }
    return { flops, parameters, bytes };
  }

  private relaxed(op: CostedOp, counts: Float64Array, measure: CostMeasure) {
    return relaxation(op.kind, op, counts[op.input] as number, counts[op.output] as number, measure);
  }

  /** Total in one measure at the given group widths: FLOPs, weights, channels or ns. */
  cost(widths: Int32Array, measure: CostMeasure): number {
    const counts = this.count(widths);
    let total = 0;
    for (const op of this.costed) total += this.relaxed(op, counts, measure).cost;
    return total;
  }

  /**
   * How fast a cost grows with each group's width, at the given widths: Σ over ops of ∂cost/∂I and ∂cost/∂O, with the
   * side of the roofline held that the op's cost selects (a tie goes to compute). With Σ|γ| of a group in place of its
   * width this is the relaxation of MorphNet's eq. 9.
   * @returns per group: FLOPs, weights or ns per channel
   */
  slopes(widths: Int32Array, measure: CostMeasure): Float64Array {
    const counts = this.count(widths);
    const { sums } = this.tensors;
    const slopes = new Float64Array(widths.length);
    for (const op of this.costed) {
      const { perInput, perOutput } = this.relaxed(op, counts, measure);
      addSlope(slopes, sums[op.input] as ChannelSum, perInput);
      addSlope(slopes, sums[op.output] as ChannelSum, perOutput);
    }
    return slopes;
  }

  /**
   * Cost and relaxation of every op.
   * @param regularization per group: the sum of its channels' regularization (Σ|γ| for gamma)
   */
  relaxations(widths: Int32Array, regularization: Float64Array, measure: CostMeasure): OpRelaxation[] {
    const counts = this.count(widths);
    const { sums } = this.tensors;
    return this.costed.map((op) => {
      const { cost, perInput, perOutput } = this.relaxed(op, counts, measure);
      const input = weightedSum(sums[op.input] as ChannelSum, regularization);
      const output = weightedSum(sums[op.output] as ChannelSum, regularization);
      return { name: op.name, cost, term: perInput * input + perOutput * output };
    });
  }
}
