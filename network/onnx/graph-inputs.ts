// Inputs of an ONNX graph: which are images, of what layout and size.
import { UserError } from '../../records/user-error.ts';
import type { Draft } from './draft.ts';
import type { NodeProto, OnnxModel, ValueProto } from './model.ts';
import { isFloatType } from './tensors.ts';
import { sizeOf, type View } from './view.ts';

/** Stands for a batch size that is not fixed: a prime that no product of an image's sizes has. */
const ANY_BATCH = 1_000_003;

/** What an image may go through on its way to the transpose that shows its layout. */
const PER_ELEMENT: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Mul', 'Sub', 'Add', 'Div']);
const TO_CHANNELS_FIRST = '0,3,1,2';

/** Graph inputs that are not weights. */
export function imageInputs(model: OnnxModel): ValueProto[] {
  const weights = new Set(model.initializers.map(({ name }) => name));
  return model.inputs.filter(({ name }) => !weights.has(name));
}

/** The fixed batch size of the graph's inputs, or a number that stands for any. */
export function batchOf(inputs: readonly ValueProto[]): number {
  const [first] = inputs.map(({ sizes }) => sizes?.[0]);
  return typeof first === 'number' ? first : ANY_BATCH;
}

/** Whether a transpose to channels first comes behind the input, as tf2onnx and Keras write networks. */
function isChannelsLast(name: string, nodes: readonly NodeProto[]): boolean {
  const reached = new Set([name]);
  for (const node of nodes) {
    if (!node.input.some((input) => reached.has(input))) continue;
    if (node.opType === 'Transpose') {
      const perm = node.attribute.find((attribute) => attribute.name === 'perm')?.ints;
      if (perm?.join() === TO_CHANNELS_FIRST) return true;
    }
    if (PER_ELEMENT.has(node.opType)) for (const output of node.output) reached.add(output);
  }
  return false;
}

/**
 * Reads the inputs of a graph.
 * @throws UserError unless each is a batch of images of a fixed size
 */
export function readInputs(model: OnnxModel, draft: Draft, label: string): void {
  const inputs = imageInputs(model);
  const fail = (got: string, expected: string, fix: string): never => {
    throw new UserError({ got: `${label} with ${got}`, expected, fix });
  };
  if (inputs.length === 0)
    fail('a graph without inputs', 'an image as input', 'export the model with its input');
  for (const { name, sizes, elemType } of inputs) {
    const text = sizes === null ? 'unknown shape' : `[${sizes.join(', ')}]`;
    if (sizes?.length !== 4)
      fail(
        `input '${name}' of ${text}`,
        'an image [batch, channels, height, width]',
        'export a network for images',
      );
    if (!isFloatType(elemType))
      fail(
        `input '${name}' of data type ${elemType}`,
        'a float32 image',
        'export the model with a float32 input',
      );
    const [batch, ...rest] = sizes ?? [];
    if (typeof batch === 'number' && batch !== draft.batch)
      fail(`inputs of batch ${draft.batch} and ${batch}`, 'one batch size', 'export the model with one');
    const [a, b, c] = rest;
    if (typeof a !== 'number' || typeof b !== 'number' || typeof c !== 'number') {
      fail(
        `input '${name}' of ${text}`,
        'a fixed height, width and number of channels',
        'export the model with a fixed image size, only the batch dynamic',
      );
    }
    const last = isChannelsLast(name, model.nodes);
    const [height, width, channels] = (last ? [a, b, c] : [b, c, a]) as [number, number, number];
    const layer = draft.add({
      kind: 'input',
      name: draft.nameFor(name),
      inputs: [],
      height,
      width,
      channels,
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
