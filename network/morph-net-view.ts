import { type ChannelPlan, type ChannelSum, channelCount } from './channel-plan.ts';
import type { LayerKind } from './layer.ts';
import { unknownLayer } from './layer.ts';

/** Rates of a roofline. FLOPs / (GFLOP/s) and bytes / (GB/s) are nanoseconds. */
export interface Roof {
  readonly computeRateGflops: number;
  readonly bandwidthGBps: number;
}

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

/**
 * Latency of an op as Google's library's graph has it: costs, both quotients and the larger of them in float32.
 * @returns ns
 */
export function float32LatencyNs(op: { flops: number; bytes: number }, roof: Roof): number {
  const computeNs = Math.fround(Math.fround(op.flops) / roof.computeRateGflops);
  return Math.max(computeNs, Math.fround(Math.fround(op.bytes) / roof.bandwidthGBps));
}

/** An op's costs as polynomials in its alive inputs I and outputs O. */
interface OpTerms {
  readonly name: string;
  readonly kind: LayerKind;
  readonly input: number;
  readonly output: number;
  readonly flopsIO: number;
  readonly flopsO: number;
  readonly parametersIO: number;
  readonly parametersO: number;
  /** 1 where morph-net relaxes a depthwise convolution's FLOPs and weights through its inputs too. */
  readonly relaxesInput: 0 | 1;
  readonly bytesI: number;
  readonly bytesO: number;
  readonly bytesIO: number;
}

/** What a cost is counted in; a roof's latencies are ns. */
export type CostMeasure = 'flops' | 'parameters' | 'activations' | Roof;

/** One op's cost and its relaxation. */
export interface OpRelaxation {
  readonly name: string;
  readonly cost: number;
  /** ∂cost/∂I · regularization of the inputs + ∂cost/∂O · regularization of the outputs. */
  readonly term: number;
}

const BYTES_PER_VALUE = 4;

/** Layers that keep a channel link cut before them cut. */
const KEEPS_CUT: ReadonlySet<LayerKind> = new Set([
  'activation',
  'bias-add',
  'batch-norm',
  'dropout',
  'softmax',
]);

/**
 * The `morph-net` view: every op as written, costed as google-research/morph-net does (cost_calculator.py): 2 FLOPs
 * per multiply-add; latency max(FLOPs / compute rate, bytes / bandwidth). Convolution, depthwise convolution and dense
 * layers have FLOPs and weights; batch norm, ReLU, ReLU6, add and concat cost their bytes; pools, other activations,
 * softmax, flatten and what only arranges channels or pixels cost nothing there. A dead convolution still pays for reading its live inputs.
 */
export class MorphNetView {
  private readonly compatibility: boolean;
  private readonly terms: readonly OpTerms[];
  private readonly sums: readonly ChannelSum[];
  /** Per distinct tensor: channels that are always there. */
  private readonly constants: readonly number[];
  /** Scratch: channel count of each distinct tensor. */
  private readonly counts: Float64Array;

  /**
   * @param options compatibility: also where Google's library departs from what a shrunk network costs: flatten cuts
   * the channel link, so that the dense layer behind it sees all its inputs alive; a depthwise convolution's term
   * counts its channels twice, as inputs and as outputs; and {@link totals} adds up latencies of ops in float32, as its
   * graph does, so that they agree to the last digit. Default false.
   */
  constructor(plan: ChannelPlan, batch = 1, options: { compatibility?: boolean } = {}) {
    const compatibility = options.compatibility ?? false;
    this.compatibility = compatibility;
    const { layers } = plan.network;
    const sums: ChannelSum[] = [];
    const constants: number[] = [];
    const sumOf = new Map<string, number>();
    const cut = cutTensors(plan, compatibility);
    const tensorOf = plan.outputChannels.map((full, index) => {
      const constant = cut[index] === 1 ? channelCount(full, plan.fullWidths) : 0;
      const sum = constant > 0 ? NO_CHANNELS : full;
      const key = `${constant}:${sum.groups.join()}:${sum.times.join()}`;
      const known = sumOf.get(key);
      if (known !== undefined) return known;
      sumOf.set(key, sums.length);
      constants.push(constant);
      return sums.push(sum) - 1;
    });
    const terms: OpTerms[] = [];
    layers.forEach((layer, index) => {
      const inputs = plan.inputs[index] as Int32Array;
      const inputShape = plan.shapes.get(layer.inputs[0] ?? '');
      const outputShape = plan.shapes.get(layer.name);
      if (inputShape === undefined || outputShape === undefined) return;
      const inputArea = batch * inputShape.height * inputShape.width;
      const outputArea = batch * outputShape.height * outputShape.width;
      const base = {
        name: layer.name,
        kind: layer.kind,
        input: tensorOf[inputs[0] as number] as number,
        output: tensorOf[index] as number,
        flopsIO: 0,
        flopsO: 0,
        parametersIO: 0,
        parametersO: 0,
        relaxesInput: 0 as 0 | 1,
        bytesI: BYTES_PER_VALUE * inputArea,
        bytesO: BYTES_PER_VALUE * outputArea,
        bytesIO: 0,
      };
      switch (layer.kind) {
        case 'conv2d':
        case 'conv2d-transpose':
        case 'dense': {
          const taps = layer.kind === 'dense' ? 1 : layer.kernelSize[0] * layer.kernelSize[1];
          // A transposed convolution multiplies at each of its input's pixels.
          const pixels = layer.kind === 'conv2d-transpose' ? inputArea : outputArea;
          // Channels of one group in, per output.
          const groups = layer.kind === 'conv2d' ? (layer.groups ?? 1) : 1;
          terms.push({
            ...base,
            flopsIO: (2 * pixels * taps) / groups,
            parametersIO: taps / groups,
            bytesIO: (BYTES_PER_VALUE * taps) / groups,
          });
          break;
        }
        case 'depthwise-conv2d': {
          const taps = layer.kernelSize[0] * layer.kernelSize[1];
          // Its weight bytes are counted as those of a full convolution, its weights as taps × outputs.
          const flopsO = 2 * outputArea * taps;
          terms.push({
            ...base,
            flopsO,
            parametersO: taps,
            relaxesInput: compatibility ? 1 : 0,
            bytesIO: BYTES_PER_VALUE * taps,
          });
          break;
        }
        case 'batch-norm':
          terms.push(base);
          break;
        case 'activation':
          if (layer.activation === 'relu' || layer.activation === 'relu6') terms.push(base);
          break;
        case 'gate':
          // Mul(mask[C], x): the mask is read too.
          terms.push({ ...base, bytesI: base.bytesI + BYTES_PER_VALUE });
          break;
        case 'add':
        case 'multiply': {
          // All inputs at the alive count of the first, each with its own height and width.
          const areas = layer.inputs.map((name) => {
            const shape = plan.shapes.get(name);
            return shape === undefined ? 0 : batch * shape.height * shape.width;
          });
          terms.push({ ...base, bytesI: BYTES_PER_VALUE * areas.reduce((sum, area) => sum + area, 0) });
          break;
        }
        case 'concat':
          terms.push({ ...base, bytesI: 0, bytesO: 2 * base.bytesO });
          break;
        case 'input':
        case 'max-pool':
        case 'avg-pool':
        case 'global-avg-pool':
        case 'flatten':
        case 'softmax':
        case 'bias-add':
        case 'slice':
        case 'pad':
        case 'upsample':
        case 'depth-to-space':
        case 'channel-shuffle':
        case 'dropout':
          break;
        default:
          unknownLayer(layer);
      }
    });
    this.terms = terms;
    this.sums = sums;
    this.constants = constants;
    this.counts = new Float64Array(sums.length);
  }

  private count(widths: Int32Array): Float64Array {
    for (let i = 0; i < this.sums.length; i++) {
      this.counts[i] = (this.constants[i] as number) + channelCount(this.sums[i] as ChannelSum, widths);
    }
    return this.counts;
  }

  /** Every costed op at the given group widths, in layer order. */
  ops(widths: Int32Array): OpCost[] {
    const counts = this.count(widths);
    return this.terms.map((term) => {
      const i = counts[term.input] as number;
      const o = counts[term.output] as number;
      return {
        name: term.name,
        kind: term.kind,
        flops: term.flopsIO * i * o + term.flopsO * o,
        parameters: term.parametersIO * i * o + term.parametersO * o,
        bytes: term.bytesI * i + term.bytesO * o + term.bytesIO * i * o,
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
    for (const term of this.terms) {
      const i = counts[term.input] as number;
      const o = counts[term.output] as number;
      const io = i * o;
      const opFlops = term.flopsIO * io + term.flopsO * o;
      const opBytes = term.bytesI * i + term.bytesO * o + term.bytesIO * io;
      flops += opFlops;
      parameters += term.parametersIO * io + term.parametersO * o;
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

  /** Total in one measure at the given group widths: FLOPs, weights, channels or ns. */
  cost(widths: Int32Array, measure: CostMeasure): number {
    const counts = this.count(widths);
    let total = 0;
    for (const term of this.terms) total += relaxation(term, counts, measure).cost;
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
    const slopes = new Float64Array(widths.length);
    for (const term of this.terms) {
      const { perInput, perOutput } = relaxation(term, counts, measure);
      addSlope(slopes, this.sums[term.input] as ChannelSum, perInput);
      addSlope(slopes, this.sums[term.output] as ChannelSum, perOutput);
    }
    return slopes;
  }

  /**
   * Cost and relaxation of every op.
   * @param regularization per group: the sum of its channels' regularization (Σ|γ| for gamma)
   */
  relaxations(widths: Int32Array, regularization: Float64Array, measure: CostMeasure): OpRelaxation[] {
    const counts = this.count(widths);
    return this.terms.map((term) => {
      const { cost, perInput, perOutput } = relaxation(term, counts, measure);
      const input = weightedSum(this.sums[term.input] as ChannelSum, regularization);
      const output = weightedSum(this.sums[term.output] as ChannelSum, regularization);
      return { name: term.name, cost, term: perInput * input + perOutput * output };
    });
  }
}

const PRODUCES_ACTIVATIONS: ReadonlySet<LayerKind> = new Set([
  'conv2d',
  'conv2d-transpose',
  'depthwise-conv2d',
  'dense',
]);
const NO_CHANNELS: ChannelSum = { groups: new Int32Array(0), times: new Int32Array(0) };

/** Tensors behind a flatten, whose channels Google's library no longer follows. */
function cutTensors(plan: ChannelPlan, compatibility: boolean): Uint8Array {
  const { layers } = plan.network;
  const cut = new Uint8Array(layers.length);
  layers.forEach((layer, index) => {
    const input = plan.inputs[index]?.[0];
    if (!compatibility || input === undefined) return;
    if (layer.kind === 'flatten' || (KEEPS_CUT.has(layer.kind) && cut[input] === 1)) cut[index] = 1;
  });
  return cut;
}

/** Cost of an op and its partial derivatives, the larger side of a roof held. */
function relaxation(
  term: OpTerms,
  counts: Float64Array,
  measure: CostMeasure,
): { cost: number; perInput: number; perOutput: number } {
  const i = counts[term.input] as number;
  const o = counts[term.output] as number;
  if (measure === 'activations') {
    const counted = PRODUCES_ACTIVATIONS.has(term.kind) ? 1 : 0;
    return { cost: counted * o, perInput: 0, perOutput: counted };
  }
  if (measure === 'parameters') {
    return {
      cost: term.parametersIO * i * o + term.parametersO * o,
      perInput: term.parametersIO * o + term.relaxesInput * term.parametersO,
      perOutput: term.parametersIO * i + term.parametersO,
    };
  }
  const flops = {
    cost: term.flopsIO * i * o + term.flopsO * o,
    perInput: term.flopsIO * o + term.relaxesInput * term.flopsO,
    perOutput: term.flopsIO * i + term.flopsO,
  };
  if (measure === 'flops') return flops;
  const bytes = term.bytesI * i + term.bytesO * o + term.bytesIO * i * o;
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
    perInput: (term.bytesI + term.bytesIO * o) / bandwidthGBps,
    perOutput: (term.bytesO + term.bytesIO * i) / bandwidthGBps,
  };
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
