// ONNX operators that no layer kind of ours computes, as layers of their own that are kept as they are.
import type { Op, OpAttribute, OpConstant, Operand } from '../op-layer.ts';
import { DATA_TYPE, dimOf, type SizedTensor, type TensorType } from '../tensor-type.ts';
import type { LayerWeights } from './lazy-weights.ts';
import type { AttributeProto } from './model.ts';
import type { NodeSite } from './node-site.ts';
import { inOnnxForm, opTensor } from './onnx-form.ts';
import { SHAPE_RULES } from './op-shapes.ts';
import { OpView } from './op-view.ts';
import { type Constant, isFloatType, typeOf, valueCount } from './tensors.ts';
import { sizesOf, type Tensor } from './view.ts';

/** Operators that run other graphs, or that make something else than tensors. */
export const CONTROL_FLOW: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);
const NO_TENSORS = /^(Sequence|Optional|SplitToSequence|ConcatFromSequence)/;

/** Parts of weights, whose names say how seeded ones are drawn. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  MatMul: ['kernel', 'kernel'],
  Gemm: ['kernel', 'kernel', 'bias'],
  Add: ['bias', 'bias'],
  LayerNormalization: ['', 'gamma', 'beta'],
};

function constantOf(value: Constant, anyBatch: number | null): OpConstant {
  const dims = [...value.dims];
  return { dims, dataType: typeOf(value), values: Array.from(value.values, (each) => dimOf(each, anyBatch)) };
}

/** An attribute in the field of its type. */
function attributeOf(site: NodeSite, proto: AttributeProto): OpAttribute {
  const { name, type } = proto;
  const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  switch (type) {
    case 1:
      return { name, type, f: proto.f };
    case 2: {
      // All floating-point numbers are float32 here.
      const isType = name === 'to' || name === 'dtype';
      return { name, type, i: isType && isFloatType(proto.i) ? DATA_TYPE.float32 : proto.i };
    }
    case 3:
      return { name, type, text: decode(proto.s) };
    case 4: {
      const value = site.attributeTensor(name);
      return value === undefined ? { name, type } : { name, type, tensor: constantOf(value, null) };
    }
    case 6:
      return { name, type, floats: [...proto.floats] };
    case 7:
      return { name, type, ints: [...proto.ints] };
    case 8:
      return { name, type, texts: proto.strings.map(decode) };
    default:
      return site.fail(
        `attribute '${name}', which is no number, text or tensor`,
        'an operator of tensors alone',
        'export the model without it',
      );
  }
}

/** What an operator reads, gathered operand by operand. */
class Operands {
  readonly inputs: string[] = [];
  readonly operands: Operand[] = [];
  readonly weights: Record<string, LayerWeights[string]> = {};
  readonly seen: (SizedTensor | undefined)[] = [];
  private readonly site: NodeSite;

  constructor(site: NodeSite) {
    this.site = site;
  }

  nothing(): void {
    this.operands.push(null);
    this.seen.push(undefined);
  }

  tensor(tensor: Tensor): void {
    const { draft, fail } = this.site;
    const layer = inOnnxForm(draft, tensor, fail);
    const known = this.inputs.indexOf(layer);
    const input = known >= 0 ? known : this.inputs.push(layer) - 1;
    this.operands.push({ kind: 'tensor', input });
    this.seen.push({
      dims: sizesOf(tensor.view),
      dataType: draft.shapeOf(layer).dataType ?? DATA_TYPE.float32,
    });
  }

  /** What computes it, where a network is better shown that. */
  constantOrComputed(value: Constant): void {
    if (value.computed === undefined) this.constant(value);
    else this.tensor(value.computed());
  }

  private constant(value: Constant): void {
    const { node, draft } = this.site;
    const dims = [...value.dims];
    this.seen.push({ dims, dataType: typeOf(value) });
    const count = valueCount(dims);
    if (typeOf(value) !== DATA_TYPE.float32 || count <= 1) {
      this.operands.push({ kind: 'constant', constant: constantOf(value, draft.anyBatch) });
      return;
    }
    const place = this.operands.length;
    const wanted = PARTS[node.opType]?.[place] || `operand${place}`;
    const part = wanted in this.weights ? `${wanted}${place}` : wanted;
    this.weights[part] = {
      length: count,
      make: () => value.values as Float32Array,
      source: { constant: value, arrangement: 'as it is' },
    };
    this.operands.push({ kind: 'weight', part, dims });
  }
}

/** Sizes and types as the operator's rule says, or else as the file does. */
function madeBy(site: NodeSite, seen: readonly (SizedTensor | undefined)[]): readonly SizedTensor[] {
  const { node } = site;
  const rule = node.domain === '' || node.domain === 'ai.onnx' ? SHAPE_RULES[node.opType] : undefined;
  if (rule !== undefined) return rule(new OpView(site, seen));
  const stored = node.output.map((name) => (name === '' ? null : site.storedShape(name)));
  const last = stored.findLastIndex((made) => made !== null);
  const known = stored.slice(0, last + 1).flatMap((made) => (made === null ? [] : [made]));
  if (last >= 0 && known.length === last + 1 && stored[0] !== null) return known;
  return site.fail(
    `an output whose shape neither its operator nor the file tells`,
    'a value_info of it in the file',
    'run onnx.shape_inference.infer_shapes on the file, sizes fixed, and save it',
  );
}

function checked(site: NodeSite, { dims, dataType }: SizedTensor): SizedTensor {
  if (dims.every((size) => Number.isSafeInteger(size) && size >= 1)) return { dims, dataType };
  return site.fail(`an output of [${dims}]`, 'sizes of at least 1', 'correct the model');
}

/** Refuses what is no operator of tensors. */
function refuseOthers(site: NodeSite): void {
  const { opType } = site.node;
  if (CONTROL_FLOW.has(opType))
    site.fail(
      'control flow',
      'a graph of operators alone',
      'export the model with that branch or loop unrolled',
    );
  if (NO_TENSORS.test(opType))
    site.fail('a sequence of tensors', 'single tensors', 'export the model without it');
}

/**
 * The node as a layer that keeps its operator, attributes and operands as they are.
 * @param given tensors that stand for inputs of the node, by place
 * @returns its outputs
 * @throws UserError where nothing tells the shape of what it makes, and for control flow
 */
export function keptAsIs(site: NodeSite, given: ReadonlyMap<number, Tensor> = new Map()): readonly Tensor[] {
  refuseOthers(site);
  const { node, draft } = site;
  const gathered = new Operands(site);
  for (const [i, name] of node.input.entries()) {
    const value = given.get(i) ?? (name === '' ? undefined : site.value(i));
    if (value?.kind === 'tensor' && value.stored !== undefined)
      site.unsupported('numbers that were quantized', 'a DequantizeLinear before it');
    if (value === undefined) gathered.nothing();
    else if (value.kind === 'constant') gathered.constantOrComputed(value);
    else gathered.tensor(draft.made(value));
  }
  const used = node.output.findLastIndex((name) => name !== '') + 1;
  const made = madeBy(site, gathered.seen).map((each) => checked(site, each));
  const types = made.slice(0, Math.max(used, 1)).map(
    ({ dims, dataType }): TensorType => ({
      dims: dims.map((size) => dimOf(size, draft.anyBatch)),
      dataType,
      batch: draft.anyBatch === null ? draft.batch : null,
    }),
  );
  if (types.length < used) {
    site.fail(
      `${used} outputs`,
      `${types.length}, whose shapes are known`,
      'export the model without the others',
    );
  }
  const layer: Omit<Op, 'name'> = {
    kind: 'op',
    inputs: gathered.inputs,
    opType: node.opType,
    domain: node.domain === 'ai.onnx' ? '' : node.domain,
    opset: site.opset,
    attributes: node.attribute.map((attribute) => attributeOf(site, attribute)),
    operands: gathered.operands,
    outputs: types,
  };
  const name = site.add(layer, gathered.weights);
  return types.map((tensor, index): Tensor => {
    const own =
      index === 0 ? name : site.add({ kind: 'op-output', inputs: [name], index, tensor }, {}, `/${index}`);
    return opTensor(draft, own);
  });
}
