// From a network to the kernels that an engine runs of it, at any widths.
import { type ChannelPlan, type ChannelSum, channelCount, planChannels } from '../channel-plan.ts';
import { deployedNetwork } from '../deployed.ts';
import { checkBatch } from '../fixed-batch.ts';
import type { Layer, Op } from '../layer.ts';
import type { Network } from '../network.ts';
import { OpSizing } from '../op-sizing.ts';
import type { Shape } from '../shapes.ts';
import { type SettledWidths, settleWidths } from '../widths.ts';
import { assignEightBits, type EightBits, hasEightBits } from './eight-bits.ts';
import { elementBytes } from './element-bytes.ts';
import { type Fusions, findFusions } from './fusions.ts';
import type { DataLayout, Kernel, KernelFrame } from './kernel.ts';
import { kernelAt } from './kernel-at.ts';
import { fuseLate, fusesLate, type LateFusions } from './late-fusion.ts';
import { assignLayouts, type Layouts, turnsLast } from './layouts.ts';
import { OP_COSTS } from './op-costs.ts';
import { opFrame } from './op-frame.ts';
import { findOpFusions, type OpFusions } from './op-fusions.ts';
import { constantOps, opParameters } from './op-kernel.ts';
import { conversionFrames, reorderInputFrame, reorderOutputFrame, turnedInputFrame } from './relayout.ts';
import type { LoweringRules } from './rules.ts';
import { splitKernels } from './splits.ts';
import { type Template, template } from './template.ts';
import { type WebgpuProgram, webgpuProgram } from './webgpu-programs.ts';

/** Sets of alive layers whose fusions are kept. */
const MOST_KEPT = 512;

const NO_NAMES: readonly string[] = [];

const NO_REORDERS = {
  reorderedIn: new Uint8Array(0),
  reorderedOut: new Uint8Array(0),
  turnedOut: new Uint8Array(0),
};

const NONE_LATE: LateFusions = { absorbed: new Uint8Array(0), added: new Map(), joined: new Map() };

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What runs, and how, at some widths. */
interface Settled extends SettledWidths {
  readonly fusions: Fusions;
  readonly layouts: Layouts;
  readonly late: LateFusions;
  readonly sizing: OpSizing;
  /** Of a network in 8 bits, on an engine that computes with them. */
  readonly eightBits: EightBits | null;
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
  /** Operators of constants alone; null where there are no operators. */
  private readonly constants: ReadonlyMap<string, Op> | null;
  private readonly opFusions: OpFusions;
  /** Whether a fusion may depend on data layouts. */
  private readonly fusesLate: boolean;
  private readonly hasEightBits: boolean;
  /** Whether any layer's values are of another type than float32. */
  private readonly hasTypes: boolean;
  /** With all layers alive. */
  private readonly fusions: Fusions;
  /** By which layers are alive, where some are gone. */
  private readonly fusionsWithout = new Map<string, Fusions>();

  constructor(network: Network, rules: LoweringRules, batch = 1) {
    checkBatch(network, batch);
    const deployed = deployedNetwork(network);
    this.plan = planChannels(deployed);
    this.rules = rules;
    this.batch = batch;
    const { layers } = deployed;
    this.hasEightBits = rules.quantizes && hasEightBits(layers);
    this.hasTypes = layers.some(({ types }) => types !== undefined);
    this.fusesLate = !this.hasEightBits && fusesLate(layers, rules);
    this.fusions = findFusions(this.plan, new Uint8Array(layers.length).fill(1), rules);
    const shapeOf = (name: string) => this.plan.shapes.get(name) as Shape;
    this.opFusions = findOpFusions(this.plan, rules);
    const constants = constantOps(layers);
    const hasOps = layers.some(({ kind }) => kind === 'op');
    this.constants = hasOps ? constants : null;
    this.templates = layers.map((layer) =>
      constants.has(layer.name) || this.opFusions.absorbed.has(layer.name)
        ? null
        : template(layer, layer.inputs.map(shapeOf), shapeOf(layer.name), rules.layout !== 'nhwc'),
    );
  }

  /** Kernels in layer order at the given group widths (of {@link plan}); full widths by default. */
  kernels(groupWidths: Int32Array = this.plan.fullWidths): Kernel[] {
    const settled = this.settle(groupWidths);
    const { layouts } = settled;
    const parameters = this.opParameters(settled);
    const kernels: Kernel[] = [];
    this.plan.network.layers.forEach((layer, index) => {
      if (this.rules.turnsInputs && layer.kind === 'input')
        kernels.push(this.relayout(turnedInputFrame, index, settled));
      kernels.push(...this.ownKernels(index, settled, parameters));
      if (layouts.reorderedIn[index] === 1) kernels.push(this.relayout(reorderInputFrame, index, settled));
      if (layouts.turnedOut[index] === 1) kernels.push(this.relayout(reorderOutputFrame, index, settled));
      if (layouts.reorderedOut[index] === 1) kernels.push(this.relayout(reorderOutputFrame, index, settled));
      for (const frameOf of conversionFrames(index, settled.eightBits))
        kernels.push(this.relayout(frameOf, index, settled));
    });
    return kernels;
  }

  /** Weights of operators, by layer. */
  private opParameters({ sizing }: Settled): ReadonlyMap<string, number> | null {
    if (this.constants === null) return null;
    return opParameters(this.plan.network, this.constants, (op) => sizing.op(op));
  }

  private settle(groupWidths: Int32Array): Settled {
    const { plan, rules } = this;
    const { widths, alive } = settleWidths(plan, groupWidths);
    const fusions = alive.includes(0) ? this.fusionsAt(alive) : this.fusions;
    if (this.hasEightBits) {
      const eightBits = assignEightBits(plan, alive, fusions, rules.layout);
      const layouts = { ...NO_REORDERS, ofLayer: eightBits.ofLayer };
      const late = { ...NONE_LATE, absorbed: eightBits.absorbed };
      return { widths, alive, fusions, layouts, late, sizing: new OpSizing(plan, widths), eightBits };
    }
    const layouts = assignLayouts(plan, widths, alive, fusions.source, rules);
    const late = this.fusesLate ? fuseLate(plan, alive, fusions, layouts, rules) : NONE_LATE;
    return { widths, alive, fusions, layouts, late, sizing: new OpSizing(plan, widths), eightBits: null };
  }

  /** Searches of widths come back to the same layers again and again. */
  private fusionsAt(alive: Uint8Array): Fusions {
    const key = String.fromCharCode(...alive);
    let found = this.fusionsWithout.get(key);
    if (found === undefined) {
      if (this.fusionsWithout.size >= MOST_KEPT) this.fusionsWithout.clear();
      found = findFusions(this.plan, alive, this.rules);
      this.fusionsWithout.set(key, found);
    }
    return found;
  }

  private channels(tensor: number, widths: Int32Array): number {
    return channelCount(this.plan.outputChannels[tensor] as ChannelSum, widths);
  }

  /** A kernel that changes a tensor's data layout. */
  private relayout(
    frameOf: (tensor: string, shape: Shape, batch: number) => KernelFrame,
    index: number,
    { widths }: Settled,
  ): Kernel {
    const { name } = this.plan.network.layers[index] as Layer;
    const channels = this.channels(index, widths);
    const frame = frameOf(name, this.plan.shapes.get(name) as Shape, this.batch);
    return kernelAt(frame, channels, channels, this.rules.channelBlock);
  }

  /** What a layer runs: one kernel, none if another computes it, several for what no single one does. */
  private ownKernels(
    index: number,
    settled: Settled,
    parameters: ReadonlyMap<string, number> | null,
  ): Kernel[] {
    const { widths, alive, fusions, layouts, late } = settled;
    const made = this.templates[index];
    if (!made || alive[index] === 0 || fusions.source[index] !== index || late.absorbed[index] === 1)
      return [];
    const inputs = this.plan.inputs[index] as Int32Array;
    // Turning a blocked tensor is done by the reorder that unblocks it.
    const input = fusions.source[inputs[0] ?? index] as number;
    const isTurned = made.op === 'transpose' || turnsLast(this.plan.network.layers[index] as Layer);
    if (isTurned && layouts.ofLayer[input] !== this.rules.layout) return [];
    const first = inputs.find((tensor) => alive[tensor] === 1) ?? index;
    // Slices that run as one make all of their input.
    const makesAll = made.op === 'slice' && late.joined.has(index);
    const inputChannels = this.channels(first, widths);
    const outputChannels = this.channels(makesAll ? first : index, widths);
    const layer = this.plan.network.layers[index] as Layer;
    const bare = this.frame(index, made, settled, inputChannels, outputChannels);
    const joined = this.opFusions.joined.get(layer.name);
    const { sizing } = settled;
    const frame =
      layer.kind === 'op' ? opFrame(layer, bare, { sizing, batch: this.batch, joined, parameters }) : bare;
    const blocks = {
      readsBlocks: layouts.ofLayer[input] === 'nchwc',
      feedsBlocks: layouts.reorderedIn[index] === 1 && layouts.ofLayer[index] !== 'nchwc',
    };
    const frames = this.rules.splitsHardSwish
      ? splitKernels(layer, frame, this.plan.shapes.get(layer.name) as Shape, blocks)
      : [frame];
    return frames.map((each) => kernelAt(each, inputChannels, outputChannels, this.rules.channelBlock));
  }

  private frame(
    index: number,
    made: Template,
    { alive, fusions, layouts, late, eightBits }: Settled,
    inputChannels: number,
    outputChannels: number,
  ): KernelFrame {
    const { batch } = this;
    const layer = this.plan.network.layers[index] as Layer;
    const { op, input, output, filter, groups } = made;
    const layout = layouts.ofLayer[index] as DataLayout;
    const added = late.added.get(index) ?? NO_NAMES;
    const joined = late.joined.get(index) ?? NO_NAMES;
    const inputs = this.plan.inputs[index] as Int32Array;
    let inputPixels = 0;
    for (let i = 0; i < inputs.length; i++) {
      if (alive[inputs[i] as number] === 1) inputPixels += made.inputAreas[i] as number;
    }
    const hasBias = made.hasBias || fusions.biased[index] === 1;
    const addsTensor = added.length > 0;
    const shape = { batch, input, output, filter, inputPixels, groups, hasBias, addsTensor };
    const program = this.programOf(layer, made, inputChannels, outputChannels);
    const frame: Mutable<KernelFrame> = {
      name: layer.name,
      layers: [layer.name, ...(fusions.fused[index] ?? NO_NAMES), ...added, ...joined],
      op,
      layout,
      kernelClass: program === null ? made.classes[layout] : `${made.classes[layout]} ${program}`,
      batch,
      input,
      output,
      filter,
      costs: OP_COSTS[op].costs(shape),
    };
    if (program !== null) frame.program = program;
    const first = inputs.find((tensor) => alive[tensor] === 1) ?? index;
    if (this.hasTypes) this.addTypes(frame, index, { first, fusions, eightBits, hasBias });
    return frame;
  }

  /** Bytes of a kernel's values, and its class where it computes with 8 bits. */
  private addTypes(
    frame: Mutable<KernelFrame>,
    index: number,
    {
      first,
      fusions,
      eightBits,
      hasBias,
    }: Pick<Settled, 'fusions' | 'eightBits'> & {
      readonly first: number;
      readonly hasBias: boolean;
    },
  ): void {
    const layerAt = (at: number) => this.plan.network.layers[at] as Layer;
    const name = fusions.fused[index]?.at(-1);
    const layers = {
      layer: layerAt(index),
      input: layerAt(first),
      last: layerAt(name === undefined ? index : (this.plan.layerIndex.get(name) as number)),
      hasBias,
    };
    const isWhole = eightBits?.computes[index] === 1;
    const floats = eightBits === null ? 'as-stored' : 'floats';
    const elements = elementBytes(layers, isWhole ? 'eight-bits' : floats);
    if (elements !== null) frame.elements = elements;
    if (isWhole) frame.kernelClass += ' int8';
  }

  private programOf(
    layer: Layer,
    { input, output }: Template,
    inputChannels: number,
    outputChannels: number,
  ): WebgpuProgram | null {
    const { batch, rules } = this;
    if (rules.fewWorkgroups === null) return null;
    return webgpuProgram(layer, { batch, input, output, inputChannels, outputChannels }, rules.fewWorkgroups);
  }
}
