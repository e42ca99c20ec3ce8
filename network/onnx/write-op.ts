// ONNX operators that are kept as they are, as nodes again.
import type { Op, OpAttribute, OpConstant } from '../op-layer.ts';
import { DATA_TYPE, dimAt } from '../tensor-type.ts';
import { type Attribute, FLOAT, INT64, int, type LayerNodes, type Tensor } from './nodes.ts';

/** Operators whose axes became an input, and since when. */
const AXES_INPUT_SINCE: Readonly<Record<string, number>> = {
  Squeeze: 13,
  Unsqueeze: 13,
  ReduceSum: 13,
  ReduceMean: 18,
  ReduceMax: 18,
  ReduceMin: 18,
  ReduceProd: 18,
  ReduceL1: 18,
  ReduceL2: 18,
  ReduceLogSum: 18,
  ReduceLogSumExp: 18,
  ReduceSumSquare: 18,
};
/** Other attributes that became the input of that place. */
const INPUT_SINCE: Readonly<Record<string, { readonly name: string; readonly since: number }>> = {
  Split: { name: 'split', since: 13 },
  TopK: { name: 'k', since: 10 },
  Pad: { name: 'pads', since: 11 },
  ...Object.fromEntries(
    Object.entries(AXES_INPUT_SINCE).map(([opType, since]) => [opType, { name: 'axes', since }]),
  ),
};
/** A split into equal parts says how many since then. */
const SPLIT_COUNT_SINCE = 18;

function constantTensor(name: string, { dims, dataType, values }: OpConstant, batch: number): Tensor {
  const numbers = values.map((value) => dimAt(value, batch));
  if (dataType === FLOAT) return { name, dims, dataType, floatData: numbers };
  if (dataType === INT64) return { name, dims, dataType, int64Data: numbers };
  return { name, dims, dataType, int32Data: numbers };
}

/** A file's texts are bytes of no known encoding, one a character. */
const latin1 = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));

function attributeFields({ text, texts, tensor, ...fields }: OpAttribute, batch: number): Attribute {
  const { ints, floats, ...others } = fields;
  return {
    ...others,
    ...(ints === undefined ? {} : { ints: [...ints] }),
    ...(floats === undefined ? {} : { floats: [...floats] }),
    ...(text === undefined ? {} : { s: latin1(text) }),
    ...(texts === undefined ? {} : { strings: texts.map(latin1) }),
    ...(tensor === undefined ? {} : { t: constantTensor('', tensor, batch) }),
  };
}

/** What an operator of an old version has as an attribute and the version that is written as an input. */
function modern(op: Op, opset: number): Op {
  const moved = op.domain === '' ? INPUT_SINCE[op.opType] : undefined;
  const given = op.attributes.find(({ name }) => name === moved?.name);
  if (moved === undefined || opset < moved.since) return op;
  if (given === undefined) {
    const isEven = op.opType === 'Split' && opset >= SPLIT_COUNT_SINCE && op.operands.length < 2;
    const isCounted = op.attributes.some(({ name }) => name === 'num_outputs');
    const count = int('num_outputs', op.outputs.length);
    return isEven && !isCounted ? { ...op, attributes: [...op.attributes, count] } : op;
  }
  const values = given.ints ?? [given.i ?? 0];
  const constant: OpConstant = { dims: [values.length], dataType: DATA_TYPE.int64, values };
  return {
    ...op,
    attributes: op.attributes.filter((attribute) => attribute !== given),
    operands: [...op.operands.slice(0, 1), { kind: 'constant', constant }, ...op.operands.slice(2)],
  };
}

/**
 * @param others names of the tensors beside the first, by place
 * @param opset that the model is written in
 */
export function opNodes(layer: Op, others: readonly string[], batch: number, opset: number): LayerNodes {
  const { name, inputs, opType, domain, attributes, operands } = modern(layer, opset);
  const settings: Tensor[] = [];
  const input = operands.map((operand, i) => {
    if (operand === null) return '';
    if (operand.kind === 'tensor') return inputs[operand.input] as string;
    if (operand.kind === 'weight') return `${name}/${operand.part}`;
    const setting = constantTensor(`${name}/operand${i}`, operand.constant, batch);
    settings.push(setting);
    return setting.name;
  });
  const node = {
    opType,
    name,
    input,
    output: [name, ...others],
    attribute: attributes.map((attribute) => attributeFields(attribute, batch)),
    ...(domain === '' ? {} : { domain }),
  };
  return { nodes: [node], settings };
}
