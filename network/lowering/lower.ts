import { type ChannelPlan, type ChannelSum, channelCount, planChannels } from '../channel-plan.ts';
import { deployedNetwork } from '../deployed.ts';
import type { Layer } from '../layer.ts';
import type { Network } from '../network.ts';
import type { Shape } from '../shapes.ts';
import { type SettledWidths, settleWidths } from '../widths.ts';
import { type Fusions, findFusions } from './fusions.ts';
import type { DataLayout, Kernel, KernelOp, MapSize } from './kernel.ts';
import { fuseLate, type LateFusions } from './late-fusion.ts';
import { assignLayouts } from './layouts.ts';
import type { LoweringRules } from './rules.ts';
import { webgpuProgram } from './webgpu-programs.ts';

const BYTES_PER_VALUE = 4;
const POINT: MapSize = { height: 1, width: 1 };

/** Kernel op of each layer kind; an input runs nothing. */
const OPS: Record<Layer['kind'], KernelOp | null> = {
  input: null,
  conv2d: 'conv',
  'depthwise-conv2d': 'depthwise-conv',
  'conv2d-transpose': 'conv-transpose',
  dense: 'dense',
  'batch-norm': 'batch-norm',
  activation: 'activation',
  'max-pool': 'max-pool',
  'avg-pool': 'avg-pool',
  'global-avg-pool': 'global-avg-pool',
  add: 'add',
  multiply: 'multiply',
  'bias-add': 'bias-add',
  slice: 'slice',
  pad: 'pad',
  upsample: 'upsample',
  'depth-to-space': 'depth-to-space',
  'channel-shuffle': 'channel-shuffle',
  // Not in deployed networks.
  dropout: null,
  gate: null,
  concat: 'concat',
  // A view, unless the engine's layout has to be turned first.
  flatten: 'transpose',
  softmax: 'softmax',
};

/** What of a layer's kernel does not depend on widths. */
interface Template {
  readonly op: KernelOp;
  readonly input: MapSize;
  readonly output: MapSize;
  readonly filter: MapSize;
  readonly classes: Record<DataLayout, string>;
}

/** A shape without its channels, which are those of the full width. */
function mapSize({ height, width }: Shape): MapSize {
  return { height, width };
}

function template(layer: Layer, input: Shape, output: Shape): Template | null {
  const op = OPS[layer.kind];
  if (op === null) return null;
  let filter = POINT;
  let label: string = op;
  if ('kernelSize' in layer || 'poolSize' in layer) {
    const [height, width] = 'kernelSize' in layer ? layer.kernelSize : layer.poolSize;
    filter = { height, width };
    label += ` ${height}x${width}/${layer.strides.join('x')}`.replace(/(\d+)x\1$/, '$1');
  }
  const classes = { nhwc: `${label} nhwc`, nchw: `${label} nchw`, nchwc: `${label} nchwc` };
  return { op, input: mapSize(input), output: mapSize(output), filter, classes };
}

const NO_NAMES: readonly string[] = [];

const NONE_LATE: LateFusions = { absorbed: new Uint8Array(0), added: new Map(), joined: new Map() };

const FUSES_LATE: ReadonlySet<Layer['kind']> = new Set(['add', 'slice', 'batch-norm']);

/** The gate of a hard-swish, and the input times it. */
function splitHardSwish(kernel: Kernel): Kernel[] {
  const { name, layout, inputBytes } = kernel;
  const product: Kernel = {
    ...kernel,
    op: 'multiply',
    kernelClass: `multiply ${layout}`,
    inputBytes: 2 * inputBytes,
  };
  return [{ ...kernel, name: `${name}/gate`, layers: [] }, product];
}

/**
 * Makes the kernels that an engine runs of a network: fold batch norms, fuse activations, choose layouts. Made once
 * for a network, evaluated for any widths.
 */
export class Lowering {
  /** Channels and groups of the deployed network. */
  readonly plan: ChannelPlan;
  readonly rules: LoweringRules;
  readonly batch: number;
  private readonly templates: readonly (Template | null)[];
  /** Whether a fusion may depend on data layouts. */
  private readonly fusesLate: boolean;
  /** With all layers alive. */
  private readonly fusions: Fusions;

  constructor(network: Network, rules: LoweringRules, batch = 1) {
    const deployed = deployedNetwork(network);
    this.plan = planChannels(deployed);
    this.rules = rules;
    this.batch = batch;
    const { layers } = deployed;
    this.fusesLate =
      rules.fusesAdd &&
      layers.some(
        (layer) =>
          FUSES_LATE.has(layer.kind) || (layer.kind === 'activation' && layer.activation === 'hard-swish'),
      );
    this.fusions = findFusions(this.plan, new Uint8Array(layers.length).fill(1), rules);
    this.templates = layers.map((layer) => {
      const input = this.plan.shapes.get(layer.inputs[0] ?? '');
      const output = this.plan.shapes.get(layer.name);
      if (input === undefined || output === undefined) return null;
      if (layer.kind === 'flatten' && (rules.layout === 'nhwc' || input.height * input.width === 1))
        return null;
      return template(layer, input, output);
    });
  }

  /** Kernels in layer order at the given group widths (of {@link plan}); full widths by default. */
  kernels(groupWidths: Int32Array = this.plan.fullWidths): Kernel[] {
    const { plan, rules } = this;
    const { layers } = plan.network;
    const { widths, alive } = settleWidths(plan, groupWidths);
    const fusions = alive.includes(0) ? findFusions(plan, alive, rules) : this.fusions;
    const { source } = fusions;
    const layouts = assignLayouts(plan, widths, alive, source, rules);
    const late = this.fusesLate ? fuseLate(plan, alive, source, fusions.fused, layouts) : NONE_LATE;
    const kernels: Kernel[] = [];
    for (let index = 0; index < layers.length; index++) {
      if (rules.turnsInputs && layers[index]?.kind === 'input') kernels.push(this.turned(index, widths));
      const made = late.absorbed[index] === 1 ? null : this.templates[index];
      const input = source[plan.inputs[index]?.[0] ?? index] as number;
      // Turning a blocked tensor is done by the reorder that unblocks it.
      const turned = made?.op === 'transpose' && layouts.ofLayer[input] === 'nchwc';
      if (alive[index] === 1 && made && source[index] === index && !turned) {
        const layout = layouts.ofLayer[index] as DataLayout;
        const kernel = this.kernel(index, made, layout, { widths, alive, fusions, late });
        kernels.push(...(this.splits(index) ? splitHardSwish(kernel) : [kernel]));
      }
      if (layouts.reorderedIn[index] === 1) kernels.push(this.reorder('reorder-input', index, widths));
      if (layouts.turnedOut[index] === 1) kernels.push(this.reorder('reorder-output', index, widths));
      if (layouts.reorderedOut[index] === 1) kernels.push(this.reorder('reorder-output', index, widths));
    }
    return kernels;
  }

  private splits(index: number): boolean {
    const layer = this.plan.network.layers[index];
    return this.rules.splitsHardSwish && layer?.kind === 'activation' && layer.activation === 'hard-swish';
  }

  private padded(channels: number, layout: DataLayout): number {
    const block = this.rules.channelBlock;
    return layout === 'nchwc' && block !== null ? Math.ceil(channels / block) * block : channels;
  }

  private kernel(
    index: number,
    made: Template,
    layout: DataLayout,
    { widths, alive, fusions, late }: SettledWidths & { fusions: Fusions; late: LateFusions },
  ): Kernel {
    const added = late.added.get(index) ?? NO_NAMES;
    const joined = late.joined.get(index) ?? NO_NAMES;
    const { plan, batch } = this;
    const layer = plan.network.layers[index] as Layer;
    const { op, input, output, filter } = made;
    let readers = 0;
    let first = -1;
    for (const tensor of plan.inputs[index] as Int32Array) {
      if (alive[tensor] === 0) continue;
      if (readers++ === 0) first = tensor;
    }
    const inputChannels = channelCount(plan.outputChannels[first] as ChannelSum, widths);
    // Slices that run as one make all of their input.
    const outputs = op === 'slice' && joined.length > 0 ? first : index;
    const outputChannels = channelCount(plan.outputChannels[outputs] as ChannelSum, widths);
    // Fewer channels than a block are read from the plain layout, unpadded.
    const block = this.rules.channelBlock ?? 0;
    const paddedInputChannels = inputChannels < block ? inputChannels : this.padded(inputChannels, layout);
    const paddedOutputChannels = this.padded(outputChannels, layout);
    const taps = filter.height * filter.width;
    const outputValues = batch * output.height * output.width;
    const inputValues = batch * input.height * input.width;
    let flopsPerPair = 0;
    let weights = 0;
    let paddedFlops = 0;
    let flops = 0;
    if (op === 'conv' || op === 'dense') {
      const groups = layer.kind === 'conv2d' ? (layer.groups ?? 1) : 1;
      flopsPerPair = (2 * outputValues * taps) / groups;
      flops = flopsPerPair * inputChannels * outputChannels;
      paddedFlops = flopsPerPair * paddedInputChannels * paddedOutputChannels;
      weights = (taps * inputChannels * outputChannels) / groups;
    } else if (op === 'conv-transpose') {
      flops = 2 * inputValues * taps * inputChannels * outputChannels;
      paddedFlops = flops;
      weights = taps * inputChannels * outputChannels;
    } else if (op === 'depthwise-conv') {
      flops = 2 * outputValues * taps * outputChannels;
      paddedFlops = 2 * outputValues * taps * paddedOutputChannels;
      weights = taps * outputChannels;
    }
    if (fusions.biased[index] === 1 || ('useBias' in layer && layer.useBias)) weights += outputChannels;
    if (op === 'batch-norm') weights = 4 * outputChannels;
    const addend = added.length > 0 ? outputValues * outputChannels : 0;
    const read =
      op === 'concat'
        ? outputValues * outputChannels
        : (op === 'add' ? readers : 1) * inputValues * inputChannels + addend;
    const shape = { batch, input, output, inputChannels, outputChannels };
    const { fewWorkgroups } = this.rules;
    const program = fewWorkgroups === null ? null : webgpuProgram(layer, shape, fewWorkgroups);
    return {
      name: layer.name,
      layers: [layer.name, ...(fusions.fused[index] ?? []), ...added, ...joined],
      op,
      layout,
      kernelClass: program === null ? made.classes[layout] : `${made.classes[layout]} ${program}`,
      ...(program === null ? {} : { program }),
      batch,
      input,
      output,
      filter,
      inputChannels,
      outputChannels,
      paddedInputChannels,
      paddedOutputChannels,
      flops,
      paddedFlops,
      inputBytes: BYTES_PER_VALUE * read,
      outputBytes: BYTES_PER_VALUE * outputValues * outputChannels,
      weightBytes: BYTES_PER_VALUE * weights,
    };
  }

  /** An input turned from channels first to channels last. */
  private turned(index: number, widths: Int32Array): Kernel {
    const moved = this.reorder('reorder-input', index, widths);
    const bytes = Math.min(moved.inputBytes, moved.outputBytes);
    const channels = moved.inputChannels;
    return {
      ...moved,
      layers: [moved.name],
      op: 'transpose',
      layout: 'nhwc',
      kernelClass: 'transpose nhwc',
      paddedInputChannels: channels,
      paddedOutputChannels: channels,
      inputBytes: bytes,
      outputBytes: bytes,
    };
  }

  private reorder(op: 'reorder-input' | 'reorder-output', index: number, widths: Int32Array): Kernel {
    const { plan, batch } = this;
    const layer = plan.network.layers[index] as Layer;
    const shape = plan.shapes.get(layer.name) as Shape;
    const channels = channelCount(plan.outputChannels[index] as ChannelSum, widths);
    const padded = this.padded(channels, 'nchwc');
    const values = batch * shape.height * shape.width;
    const intoBlocks = op === 'reorder-input';
    return {
      name: layer.name,
      layers: [],
      op,
      layout: intoBlocks ? 'nchwc' : 'nchw',
      kernelClass: op,
      batch,
      input: mapSize(shape),
      output: mapSize(shape),
      filter: POINT,
      inputChannels: channels,
      outputChannels: channels,
      paddedInputChannels: intoBlocks ? channels : padded,
      paddedOutputChannels: intoBlocks ? padded : channels,
      flops: 0,
      paddedFlops: 0,
      inputBytes: BYTES_PER_VALUE * values * (intoBlocks ? channels : padded),
      outputBytes: BYTES_PER_VALUE * values * (intoBlocks ? padded : channels),
      weightBytes: 0,
    };
  }
}
