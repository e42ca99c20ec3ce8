// Operators of a network at other widths than its own.
import { type ChannelPlan, type ChannelSum, channelCount } from './channel-plan.ts';
import type { Atom } from './op-axes.ts';
import type { Op, OpConstant, OpOutput } from './op-layer.ts';
import { type OpWork, opWork } from './op-work.ts';
import type { Shape } from './shape.ts';
import { shapeOfTensor } from './tensor-shape.ts';
import { DATA_TYPE, type Dim, type TensorType } from './tensor-type.ts';

/** Operators whose second operand is the shape of what they make. */
const BY_SHAPE: ReadonlySet<string> = new Set(['Reshape', 'Expand']);

function sizes(values: readonly Dim[]): OpConstant {
  return { dims: [values.length], dataType: DATA_TYPE.int64, values };
}

function splitAxis(op: Op): number {
  const axis = op.attributes.find(({ name }) => name === 'axis')?.i ?? 0;
  return axis < 0 ? axis + (op.outputs[0]?.dims.length ?? 0) : axis;
}

/** The operators of a plan's network with its groups at the given widths. */
export class OpSizing {
  private readonly plan: ChannelPlan;
  private readonly widths: Int32Array;
  /** Whether any width is another than the network's own. */
  private readonly isOwn: boolean;

  constructor(plan: ChannelPlan, widths: Int32Array) {
    this.plan = plan;
    this.widths = widths;
    this.isOwn = plan.ops === null || widths.every((width, group) => width === plan.fullWidths[group]);
  }

  private readonly widthOf = (free: Atom): number => {
    const sum = this.plan.ops?.sums.get(free);
    return sum === undefined ? free.size : channelCount(sum, this.widths);
  };

  private tensor(layer: string, index: number, tensor: TensorType): TensorType {
    const dims = this.plan.ops?.widths.dimsOf(layer, index, this.widthOf);
    return dims ? { ...tensor, dims } : tensor;
  }

  output(layer: OpOutput): OpOutput {
    if (this.isOwn) return layer;
    return { ...layer, tensor: this.tensor(layer.inputs[0] ?? '', layer.index, layer.tensor) };
  }

  op(op: Op): Op {
    const { ops } = this.plan;
    if (this.isOwn || ops === null) return op;
    const outputs = op.outputs.map((tensor, i) => this.tensor(op.name, i, tensor));
    const operands = op.operands.map((operand, i) => {
      if (operand?.kind === 'weight') {
        const dims = ops.widths.weightDims(`${op.name}/${operand.part}`, this.widthOf);
        return dims === null ? operand : { ...operand, dims };
      }
      const first = outputs[0] as TensorType;
      if (operand?.kind === 'constant' && i === 1 && BY_SHAPE.has(op.opType))
        return { ...operand, constant: sizes(first.dims) };
      if (operand?.kind === 'constant' && i === 1 && op.opType === 'Split') {
        const axis = splitAxis(op);
        return { ...operand, constant: sizes(outputs.map(({ dims }) => dims[axis] as Dim)) };
      }
      return operand;
    });
    const attributes = op.attributes.map((attribute) => {
      if (op.opType !== 'Split' || attribute.name !== 'split') return attribute;
      const axis = splitAxis(op);
      return { ...attribute, ints: outputs.map(({ dims }) => Number(dims[axis])) };
    });
    return { ...op, outputs, operands, attributes };
  }

  /** Of the tensor of a layer. */
  shape(layer: string): Shape {
    const { shapes, layerIndex, outputChannels } = this.plan;
    const own = shapes.get(layer) as Shape;
    if (this.isOwn) return own;
    if (own.tensor !== undefined) return shapeOfTensor(this.tensor(layer, 0, own.tensor));
    const sum = outputChannels[layerIndex.get(layer) as number] as ChannelSum;
    const channels = channelCount(sum, this.widths);
    const dims = this.plan.ops?.widths.dimsOf(layer, 0, this.widthOf);
    // A map of an operator's may vary in height and width.
    const [, , height = own.height, width = own.width] = dims ?? [];
    return { ...own, channels, height: Number(height), width: Number(width) };
  }

  work(op: Op, batch: number): OpWork {
    const inputs = op.inputs.map((input) => this.shape(input));
    return opWork(this.op(op), inputs, batch);
  }
}
