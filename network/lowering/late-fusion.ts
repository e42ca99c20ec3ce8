// Fusions of ONNX Runtime that wait until data layouts are chosen.
import type { ChannelPlan } from '../channel-plan.ts';
import type { ActivationFunction, Layer } from '../layer.ts';
import type { Fusions } from './fusions.ts';
import type { DataLayout } from './kernel.ts';
import type { Layouts } from './layouts.ts';
import type { LoweringRules } from './rules.ts';

/** Layers that the kernel of another computes, decided when data layouts are. */
export interface LateFusions {
  /** Per layer: 1 if it runs no kernel of its own. */
  readonly absorbed: Uint8Array;
  /** Per convolution or batch norm: names of the add that it computes too, and of an activation behind that. */
  readonly added: ReadonlyMap<number, readonly string[]>;
  /** Names of other layers that it computes too. */
  readonly joined: ReadonlyMap<number, readonly string[]>;
}

const TAKES_ADD: ReadonlySet<Layer['kind']> = new Set(['conv2d', 'depthwise-conv2d']);

/** Activations behind an add that a convolution takes over with it. */
const WITH_ADD: Record<DataLayout, ReadonlySet<ActivationFunction>> = {
  nchw: new Set<ActivationFunction>([
    'relu',
    'relu6',
    'clip',
    'leaky-relu',
    'sigmoid',
    'hard-sigmoid',
    'tanh',
  ]),
  nchwc: new Set<ActivationFunction>(['relu', 'sigmoid', 'hard-sigmoid', 'tanh', 'hard-swish']),
  nhwc: new Set<ActivationFunction>(),
};

/** Whether any fusion of these layers may depend on data layouts. */
export function fusesLate(layers: readonly Layer[], rules: LoweringRules): boolean {
  return layers.some((layer) => {
    if (layer.kind === 'slice') return rules.joinsSlices;
    const isHardSwish = layer.kind === 'activation' && layer.activation === 'hard-swish';
    return rules.fusesAdd && (layer.kind === 'add' || layer.kind === 'batch-norm' || isHardSwish);
  });
}

/** What fusing looks at, in the making. */
class LateFusing {
  readonly absorbed: Uint8Array;
  readonly added = new Map<number, readonly string[]>();
  readonly joined = new Map<number, readonly string[]>();
  private readonly readers: readonly number[][];
  private readonly isOutput: ReadonlySet<number | undefined>;
  private readonly plan: ChannelPlan;
  private readonly alive: Uint8Array;
  private readonly source: Int32Array;
  private readonly fused: readonly (readonly string[])[];
  private readonly biased: Uint8Array;
  private readonly layouts: Layouts;

  constructor(plan: ChannelPlan, alive: Uint8Array, { source, fused, biased }: Fusions, layouts: Layouts) {
    this.plan = plan;
    this.alive = alive;
    this.source = source;
    this.fused = fused;
    this.biased = biased;
    this.layouts = layouts;
    const { layers, outputs } = plan.network;
    this.absorbed = new Uint8Array(layers.length);
    const readers: number[][] = layers.map(() => []);
    layers.forEach((_, index) => {
      if (!this.runs(index)) return;
      for (const input of plan.inputs[index] as Int32Array) {
        if (alive[input] === 1) readers[source[input] as number]?.push(index);
      }
    });
    this.readers = readers;
    this.isOutput = new Set(outputs.map((name) => source[plan.layerIndex.get(name) as number]));
  }

  runs(index: number): boolean {
    return this.alive[index] === 1 && this.source[index] === index;
  }

  private layer(index: number | undefined): Layer | undefined {
    return index === undefined ? undefined : this.plan.network.layers[index];
  }

  private isBlocked(index: number): boolean {
    return this.layouts.ofLayer[index] === 'nchwc';
  }

  /** A blocked batch norm is a convolution of one pixel and one channel. */
  private isConvolution(index: number): boolean {
    const kind = this.layer(index)?.kind ?? 'input';
    return TAKES_ADD.has(kind) || (kind === 'batch-norm' && this.isBlocked(index));
  }

  /** A plain convolution takes an add in only if it has a bias. */
  private hasRoom(index: number): boolean {
    const layer = this.layer(index);
    const hasBias = layer !== undefined && 'useBias' in layer && layer.useBias;
    return hasBias || this.biased[index] === 1 || this.isBlocked(index);
  }

  /** The only layer that reads a kernel's tensor, if it is no output. */
  private onlyReader(index: number): number | undefined {
    const readers = this.readers[index] ?? [];
    return readers.length === 1 && !this.isOutput.has(index) ? readers[0] : undefined;
  }

  /** Whether an input is spread over the others' pixels or channels, which no convolution adds. */
  private spreads(index: number): boolean {
    const shapes = (this.layer(index)?.inputs ?? []).map((name) => this.plan.shapes.get(name));
    const [first] = shapes;
    return shapes.some(
      (shape) =>
        shape?.height !== first?.height ||
        shape?.width !== first?.width ||
        shape?.channels !== first?.channels,
    );
  }

  add(index: number): void {
    const { layouts } = this;
    const inputs = Array.from(this.plan.inputs[index] as Int32Array, (input) => this.source[input] as number);
    if (inputs.length !== 2 || this.spreads(index)) return;
    const candidates = inputs.filter(
      (input) =>
        this.isConvolution(input) &&
        this.hasRoom(input) &&
        this.fused[input]?.length === 0 &&
        this.onlyReader(input) !== undefined &&
        !this.added.has(input) &&
        layouts.ofLayer[input] === layouts.ofLayer[index],
    );
    if (!this.isBlocked(index)) candidates.sort((a, b) => a - b);
    const [taker] = candidates;
    if (taker === undefined) return;
    const names = [this.layer(index)?.name ?? ''];
    this.absorbed[index] = 1;
    const behind = this.onlyReader(index);
    const activation = this.layer(behind);
    const layout = layouts.ofLayer[index] as DataLayout;
    if (
      behind !== undefined &&
      activation?.kind === 'activation' &&
      WITH_ADD[layout].has(activation.activation)
    ) {
      names.push(activation.name);
      this.absorbed[behind] = 1;
    }
    this.added.set(taker, names);
  }

  /** A blocked hard-swish, or an activation behind a blocked batch norm. */
  activation(index: number): void {
    const layer = this.layer(index);
    const producer = this.source[this.plan.inputs[index]?.[0] ?? index] as number;
    if (layer?.kind !== 'activation' || !this.isBlocked(index) || !this.isBlocked(producer)) return;
    if (layer.activation === 'hard-swish' && this.isOutput.has(index)) return;
    if (!this.isConvolution(producer) || this.onlyReader(producer) !== index) return;
    if (this.fused[producer]?.length !== 0 || this.added.has(producer)) return;
    const isTaken =
      layer.activation === 'hard-swish' ||
      (this.layer(producer)?.kind === 'batch-norm' && WITH_ADD.nchwc.has(layer.activation));
    if (!isTaken) return;
    this.absorbed[index] = 1;
    this.joined.set(producer, [layer.name]);
  }

  /** Slices of a tensor that share all of it out among them; the first runs for all. */
  slices(index: number): void {
    const input = this.source[this.plan.inputs[index]?.[0] ?? index] as number;
    if (this.absorbed[index] === 1 || this.joined.has(index)) return;
    const own = (this.readers[input] ?? []).flatMap((reader) => {
      const layer = this.layer(reader);
      return layer?.kind === 'slice' ? [{ reader, layer }] : [];
    });
    let next = 0;
    for (const { layer } of own.toSorted((a, b) => a.layer.from - b.layer.from)) {
      if (layer.from !== next) return;
      next += layer.channels;
    }
    const channels = this.plan.shapes.get(this.layer(input)?.name ?? '')?.channels;
    const [first, ...others] = own;
    if (first?.reader !== index || others.length === 0 || next !== channels) return;
    for (const { reader } of others) this.absorbed[reader] = 1;
    this.joined.set(
      index,
      others.map(({ layer }) => layer.name),
    );
  }
}

/**
 * Fusions of ONNX Runtime that depend on data layouts (ConvAddActivationFusion, NchwcTransformer,
 * GatherSliceToSplitFusion; checked against the kernels seen in its profiles). An add of two takes place in a
 * convolution of its own layout that has no activation and no other reader, and where it is plain a bias; of two such, in the first input where they
 * are blocked, in the earlier layer where they are plain; most activations behind the add go with it. A blocked
 * convolution takes a hard-swish over, a blocked batch norm any of those activations. Slices that share a tensor out
 * are one kernel.
 */
export function fuseLate(
  plan: ChannelPlan,
  alive: Uint8Array,
  fusions: Fusions,
  layouts: Layouts,
  rules: Pick<LoweringRules, 'fusesAdd' | 'joinsSlices'>,
): LateFusions {
  const fusing = new LateFusing(plan, alive, fusions, layouts);
  const { layers } = plan.network;
  layers.forEach((layer, index) => {
    if (rules.fusesAdd && layer.kind === 'add' && fusing.runs(index)) fusing.add(index);
  });
  layers.forEach((layer, index) => {
    if (!fusing.runs(index) || fusing.absorbed[index] === 1) return;
    if (layer.kind === 'activation') fusing.activation(index);
    if (rules.joinsSlices && layer.kind === 'slice') fusing.slices(index);
  });
  return fusing;
}
