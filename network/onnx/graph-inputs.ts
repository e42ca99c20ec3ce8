// Inputs of an ONNX graph: which are images, of what layout, size and type.
import { UserError } from '../../records/user-error.ts';
import { shapeOfTensor } from '../tensor-shape.ts';
import { DATA_TYPE, dimOf, type TensorType } from '../tensor-type.ts';
import type { Draft } from './draft.ts';
import type { Fail } from './fail.ts';
import { type ImageSizes, inWords, resolvedSizes } from './image-sizes.ts';
import type { NodeProto, OnnxModel, ValueProto } from './model.ts';
import { opTensor } from './onnx-form.ts';
import { dataTypeName, isFloatType } from './tensors.ts';
import { sizeOf, type Tensor, type View } from './view.ts';

/** Stands for a batch size that is not fixed: a prime that no product of an image's sizes has. */
const ANY_BATCH = 1_000_003;

/** What an image does not go through on its way to the transpose that shows its layout. */
const FIRST_LAYERS: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Flatten',
  'MaxPool',
]);
const TO_CHANNELS_FIRST = '0,3,1,2';
/** What whole numbers may go through before they are cast to floating-point ones: what computes nothing. */
const ARRANGES: ReadonlySet<string> = new Set([
  'Transpose',
  'Reshape',
  'Identity',
  'Squeeze',
  'Unsqueeze',
  'Slice',
]);
/** More channels than that no image has; fewer pixels than that no side of one. */
const MOST_COLOURS = 4;

/** Graph inputs that are not weights. */
export function imageInputs(model: OnnxModel): ValueProto[] {
  const weights = new Set(model.initializers.map(({ name }) => name));
  return model.inputs.filter(({ name }) => !weights.has(name));
}

/** The fixed batch size of the graph's inputs; null if it is open. */
export function fixedBatch(inputs: readonly ValueProto[], { dims = {} }: ImageSizes): number | null {
  const [first] = inputs.map(({ sizes }) => sizes?.[0]);
  if (typeof first === 'number') return first;
  return first === undefined ? null : (dims[first] ?? null);
}

/** The batch size, or a number that stands for any. */
export function batchOf(fixed: number | null): number {
  return fixed ?? ANY_BATCH;
}

/** Whether a transpose to channels first comes behind the input, as tf2onnx and Keras write networks. */
function isTurned(name: string, nodes: readonly NodeProto[]): boolean {
  const reached = new Set([name]);
  for (const node of nodes) {
    if (!node.input.some((input) => reached.has(input))) continue;
    if (node.opType === 'Transpose') {
      const perm = node.attribute.find((attribute) => attribute.name === 'perm')?.ints;
      if (perm?.join() === TO_CHANNELS_FIRST) return true;
    }
    if (!FIRST_LAYERS.has(node.opType)) for (const output of node.output) reached.add(output);
  }
  return false;
}

/** Whether sizes look like height, width and a few colours, rather than the other way round. */
function looksChannelsLast([, a, b, c]: readonly (number | string)[]): boolean {
  if (typeof c !== 'number' || c > MOST_COLOURS) return false;
  const isSide = (size: number | string | undefined) => typeof size !== 'number' || size > MOST_COLOURS;
  return isSide(a) && isSide(b);
}

/** Whole numbers are images if the first thing that computes with them is a cast to floating-point ones. */
function isCastFirst(name: string, nodes: readonly NodeProto[]): boolean {
  const whole = new Set([name]);
  return nodes.every((node) => {
    if (!node.input.some((input) => whole.has(input))) return true;
    if (node.opType === 'Cast') {
      const to = node.attribute.find((attribute) => attribute.name === 'to')?.i ?? 0;
      if (!isFloatType(to)) for (const output of node.output) whole.add(output);
      return isFloatType(to);
    }
    for (const output of node.output) whole.add(output);
    return ARRANGES.has(node.opType);
  });
}

export interface InputReading extends ImageSizes {
  /** Whether images are taken for channels last where they look channels first, and the other way round. */
  readonly isFlipped: boolean;
  /** Whether inputs may be other tensors than images. */
  readonly takesAny: boolean;
}

/** An input that is no image, as ONNX has it: its first dimension is the batch where that is open. */
function anyInput(
  { name, sizes, elemType }: ValueProto & { readonly sizes: readonly (number | string)[] },
  draft: Draft,
  label: string,
  { dims = {} }: InputReading,
): Tensor {
  const dataType = isFloatType(elemType) ? DATA_TYPE.float32 : elemType;
  const known = sizes.map((size, i) => {
    if (typeof size === 'number') return size;
    if (dims[size] !== undefined) return dims[size];
    if (i === 0 || size === sizes[0]) return draft.batch;
    throw new UserError({
      got: `${label} with input '${name}' of ${inWords(sizes)}`,
      expected: 'known sizes',
      fix:
        size === '?'
          ? 'export the model with fixed sizes, or with names for them'
          : `add --dim ${size}=128 with the size to cost and measure`,
    });
  });
  const tensor: TensorType = {
    dims: known.map((size) => dimOf(size, draft.anyBatch)),
    dataType,
    batch: draft.anyBatch === null ? draft.batch : null,
  };
  const { height, width, channels } = shapeOfTensor(tensor);
  return opTensor(
    draft,
    draft.add({ kind: 'input', name: draft.nameFor(name), inputs: [], height, width, channels, tensor }),
  );
}

/**
 * Reads the inputs of a graph.
 * @throws UserError unless each is a batch of images of a known size
 */
export function readInputs(model: OnnxModel, draft: Draft, label: string, reading: InputReading): void {
  const inputs = imageInputs(model);
  const fail: Fail = (got, expected, fix) => {
    throw new UserError({ got: `${label} with ${got}`, expected, fix });
  };
  if (inputs.length === 0)
    fail('a graph without inputs', 'an image as input', 'export the model with its input');
  for (const { name, sizes, elemType } of inputs) {
    const isImage = sizes?.length === 4 && (isFloatType(elemType) || isCastFirst(name, model.nodes));
    if (reading.takesAny && sizes !== null && !isImage) {
      draft.values.set(name, anyInput({ name, sizes, elemType }, draft, label, reading));
      continue;
    }
    if (sizes?.length !== 4) {
      fail(
        `input '${name}' of ${inWords(sizes)}`,
        'an image [batch, channels, height, width]',
        'export a network for images',
      );
    }
    const type = dataTypeName(elemType);
    if (type === null || (!isFloatType(elemType) && !isCastFirst(name, model.nodes))) {
      fail(
        `input '${name}' of data type ${type ?? elemType}`,
        'a float32 image, or whole numbers that are cast to float first',
        'export the model with a float32 input',
      );
    }
    const looksLast = isTurned(name, model.nodes) || looksChannelsLast(sizes);
    const last = looksLast !== reading.isFlipped;
    const [batch, height, width, channels] = resolvedSizes(label, { name, sizes }, last, reading);
    if (batch !== null && batch !== draft.batch)
      fail(`inputs of batch ${draft.batch} and ${batch}`, 'one batch size', 'export the model with one');
    const layer = draft.add({
      kind: 'input',
      name: draft.nameFor(name),
      inputs: [],
      height,
      width,
      channels,
      ...(type === 'float16' ? { types: { output: type } } : {}),
    });
    draft.values.set(name, draft.tensor(layer, last ? 'last' : 'first'));
  }
}

/** Whether a view shows the elements in the order of a map's own memory, apart from a batch of one. */
export function showsInOrder(view: View, axes: string): boolean {
  const parts = view.flat().filter(({ axis, size }) => axis !== 'N' || size > 1);
  const expected = [...axes].filter((axis) => parts.some((part) => part.axis === axis));
  const order = parts.map(({ axis }) => axis).join('');
  const isCut = expected.some((axis) => {
    const own = parts.filter((part) => part.axis === axis);
    return own.some(({ stride }, i) => stride !== sizeOf(own.slice(i + 1)));
  });
  return !isCut && order.replace(/(.)\1+/g, '$1') === expected.join('');
}
