// Widths of the operators of a network: which of their sizes vary together, and with which channels of layers.
import type { ChannelUnion } from './channel-union.ts';
import type { Layer, Op } from './layer.ts';
import {
  type Atom,
  type Axis,
  atom,
  atomsOf,
  BATCH_SIZE,
  keepOneFree,
  pin,
  sizeOfAxis,
  unify,
} from './op-axes.ts';
import { tieAxes } from './op-axis-rules.ts';
import type { Shape } from './shape.ts';
import { ELEMENTWISE } from './spread-shapes.ts';
import { onnxSizes } from './tensor-shape.ts';
import type { Dim, TensorType } from './tensor-type.ts';

type Axes = readonly Axis[];

/** Layers of ours that make of each element another. */
const ELEMENT_BY_ELEMENT: ReadonlySet<Layer['kind']> = new Set([
  ...ELEMENTWISE,
  'activation',
  'dropout',
  'gate',
]);

function axisOf(dim: Dim, isPinned: boolean): Axis {
  const size = typeof dim === 'number' ? dim : dim.perExample;
  const own = size === 1 ? [] : [atom(size, isPinned)];
  return typeof dim === 'number' ? own : [atom(BATCH_SIZE, true), ...own];
}

/** The dimensions of a tensor as layers of ours have it: only its channels may vary. */
function axesOfMap(shape: Shape): Axes {
  if (shape.tensor !== undefined) return shape.tensor.dims.map((dim) => axisOf(dim, false));
  return onnxSizes(shape, BATCH_SIZE).map((size, i) =>
    i === 0 ? [atom(BATCH_SIZE, true)] : axisOf(size, i > 1),
  );
}

/** Which dimension of a tensor its channels are. */
function channelAxis({ tensor }: Shape, axes: Axes): Axis {
  return (tensor === undefined ? axes[1] : axes.at(-1)) ?? [];
}

/** The free atom of an axis, and how many values follow each of its places. */
function freeAtom(axis: Axis): { free: Atom; stride: number } | null {
  const atoms = atomsOf(axis);
  const at = atoms.findIndex(({ isPinned }) => !isPinned);
  const free = atoms[at];
  if (free === undefined) return null;
  return { free, stride: atoms.slice(at + 1).reduce((product, { size }) => product * size, 1) };
}

/** The sizes of operators' tensors and weights, tied where they must be equal. */
export class OpWidths {
  /** Per layer, and per weight by its name. */
  private readonly axes = new Map<string, Axes>();
  private readonly outputs = new Map<string, readonly Axes[]>();
  private readonly shapes: ReadonlyMap<string, Shape>;
  /** Of each atom that may vary: the channels that it stands for. */
  private readonly ids = new Map<Atom, Int32Array>();

  constructor(
    { layers, outputs }: { readonly layers: readonly Layer[]; readonly outputs: readonly string[] },
    shapes: ReadonlyMap<string, Shape>,
  ) {
    this.shapes = shapes;
    for (const layer of layers) this.read(layer);
    for (const output of outputs) this.axes.get(output)?.forEach(pin);
    for (const axes of [...this.axes.values(), ...[...this.outputs.values()].flat()])
      axes.forEach(keepOneFree);
  }

  private read(layer: Layer): void {
    const shape = this.shapes.get(layer.name) as Shape;
    if (layer.kind === 'op') {
      this.readOp(layer);
      return;
    }
    if (layer.kind === 'op-output') {
      const made = this.outputs.get(layer.inputs[0] ?? '')?.[layer.index];
      if (made !== undefined) this.axes.set(layer.name, made);
      return;
    }
    const own = axesOfMap(shape);
    this.axes.set(layer.name, own);
    if (layer.kind === 'input') own.forEach(pin);
    if (!ELEMENT_BY_ELEMENT.has(layer.kind)) return;
    for (const input of layer.inputs) {
      this.axes.get(input)?.forEach((axis, i) => {
        if (sizeOfAxis(axis) > 1) unify(own[i] ?? [], axis);
      });
    }
  }

  private readOp(op: Op): void {
    const ofTensor = ({ dims }: TensorType): Axes => dims.map((dim) => axisOf(dim, false));
    const operands = op.operands.map((operand): Axes | null => {
      if (operand === null) return null;
      if (operand.kind === 'tensor') return this.axes.get(op.inputs[operand.input] ?? '') ?? null;
      if (operand.kind === 'constant') return operand.constant.dims.map((dim) => axisOf(dim, true));
      const axes = operand.dims.map((dim) => axisOf(dim, false));
      this.axes.set(`${op.name}/${operand.part}`, axes);
      return axes;
    });
    const outputs = op.outputs.map(ofTensor);
    tieAxes({ op, operands, outputs });
    this.outputs.set(op.name, outputs);
    this.axes.set(op.name, outputs[0] as Axes);
  }

  /** Channels of what an operator makes: those of the atom that may vary, each as often as it stands for a value. */
  channels(layer: string, union: ChannelUnion): Int32Array {
    const shape = this.shapes.get(layer) as Shape;
    return this.along(channelAxis(shape, this.axes.get(layer) ?? []), shape.channels, union);
  }

  private along(axis: Axis, channels: number, union: ChannelUnion): Int32Array {
    const found = freeAtom(axis);
    if (found === null) return union.fresh(channels);
    const { free, stride } = found;
    const ids = this.ids.get(free) ?? union.fresh(free.size);
    this.ids.set(free, ids);
    return Int32Array.from({ length: channels }, (_, c) => ids[Math.floor(c / stride) % free.size] as number);
  }

  /** Ties the channels of a layer that operators read to the sizes that they are there. */
  tie(layer: string, channels: Int32Array, union: ChannelUnion): void {
    const shape = this.shapes.get(layer) as Shape;
    const axis = channelAxis(shape, this.axes.get(layer) ?? []);
    if (freeAtom(axis) === null) return;
    this.along(axis, channels.length, union).forEach((id, c) => {
      union.unite(channels[c] as number, id);
    });
  }

  /** Whether the channels of a layer's tensor keep their number. */
  isFixed(layer: string): boolean {
    const shape = this.shapes.get(layer) as Shape;
    return freeAtom(channelAxis(shape, this.axes.get(layer) ?? [])) === null;
  }

  /** Channels that each atom which may vary stands for. */
  freeIds(): ReadonlyMap<Atom, Int32Array> {
    return this.ids;
  }

  /** Dimensions of a layer's tensor, or of an operator's output. */
  dimsOf(layer: string, index: number, widthOf: (free: Atom) => number): Dim[] | null {
    const axes = this.outputs.get(layer)?.[index] ?? this.axes.get(layer);
    return axes === undefined ? null : axes.map((axis) => dimAtWidths(axis, widthOf));
  }

  weightDims(weight: string, widthOf: (free: Atom) => number): number[] | null {
    const axes = this.axes.get(weight);
    return axes === undefined ? null : axes.map((axis) => dimAtWidths(axis, widthOf) as number);
  }
}

function dimAtWidths(axis: Axis, widthOf: (free: Atom) => number): Dim {
  let size = 1;
  let isPerExample = false;
  for (const each of atomsOf(axis)) {
    if (each.size === BATCH_SIZE) isPerExample = true;
    else size *= each.isPinned ? each.size : widthOf(each);
  }
  return isPerExample ? { perExample: size } : size;
}
