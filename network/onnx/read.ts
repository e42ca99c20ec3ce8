// Reads an ONNX model as a network with weights.
import { UserError } from '../../records/user-error.ts';
import type { ByteSource } from '../byte-source.ts';
import { checkedNetwork, type Network } from '../network.ts';
import { type Weights, weightShapes } from '../weights.ts';
import { Draft, type Value } from './draft.ts';
import { fileNotes } from './file-notes.ts';
import { FoldBudget } from './fold-budget.ts';
import { batchOf, fixedBatch, imageInputs, readInputs, showsInOrder } from './graph-inputs.ts';
import { halfTensors, withHalves } from './half-tensors.ts';
import { checkDims, givenSizes, type ImageSizes } from './image-sizes.ts';
import { type LazyValues, LazyWeights } from './lazy-weights.ts';
import { decodeModel, type NodeProto, type OnnxModel, type TensorProto } from './model.ts';
import { NodeSite, type Reading } from './node-site.ts';
import { fitting, nodeValues, UNKNOWN_OPERATOR } from './node-values.ts';
import { keptAsIs } from './read-op.ts';
import { withNorms } from './spelled-norms.ts';
import { storedShapes } from './stored-shapes.ts';
import { type ExternalFiles, TensorReader, valueCount } from './tensors.ts';
import { tidied } from './tidy.ts';
import { viewText } from './view.ts';

/** The first whose operators spread shapes as today's do. */
const FIRST_OPSET = 7;

/** Exponents, axes and ε of what is spelled out. */
const MOST_NUMBERS = 4;

/** A network of an ONNX model, and its weights. */
export interface OnnxReading {
  readonly network: Network;
  /** All of `weightShapes`. */
  readonly weights: Weights;
  /** Examples per inference, where the file fixes it. */
  readonly batch: number | null;
  /** What of the file is not costed and measured as it has it, a line each. */
  readonly notes: readonly string[];
}

export interface ReadOptions extends ImageSizes {
  /** The file as messages name it; the network's name by default. */
  readonly label?: string;
  /** Files beside the model that weights are in. */
  readonly external?: ExternalFiles;
}

/** What is read, and how. */
interface ModelReading {
  readonly name: string;
  readonly label: string;
  readonly options: ReadOptions;
  readonly isFlipped: boolean;
  /** Whether operators that no layer of ours computes are kept as they are. */
  readonly keeps: boolean;
}

/** Nodes that an output needs, in the model's order. */
function neededNodes({ nodes, outputs }: OnnxModel): NodeProto[] {
  const wanted = new Set(outputs.map(({ name }) => name));
  return nodes
    .toReversed()
    .filter((node) => {
      if (!node.output.some((output) => wanted.has(output))) return false;
      for (const input of node.input) wanted.add(input);
      return true;
    })
    .toReversed();
}

/** What shape inference finds wrong says which layer, not yet which file. */
function located<T>(label: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError) || error.got.startsWith(label)) throw error;
    throw new UserError({ got: `${label}: ${error.got}`, expected: error.expected, fix: error.fix });
  }
}

/** The layer whose tensor an output of the graph is. */
function outputLayer(draft: Draft, name: string, label: string): string {
  const fail = (got: string, expected: string, fix: string): never => {
    throw new UserError({ got: `${label}: output '${name}', ${got}`, expected, fix });
  };
  const value = draft.values.get(name);
  if (value === undefined)
    return fail('which no node makes', 'an output of a node', 'export the model again');
  if (value.kind === 'constant')
    return fail('a constant', 'a tensor made from the image', 'leave that output out');
  if (value.kind === 'tensor' && value.stored !== undefined)
    return fail('quantized', 'a DequantizeLinear before it', 'quantize the model with float outputs');
  const tensor = draft.made(value);
  if (tensor.isOp === true) return tensor.layer;
  const { flat } = draft.shapeOf(tensor.layer);
  const { view } = tensor;
  // A map in other dimensions (boxes of a detector) is the same numbers in the same order.
  const isInOrder = view.length !== 2 && (showsInOrder(view, 'NCHW') || showsInOrder(view, 'NHWC'));
  if (isInOrder || (flat && showsInOrder(view, 'NC'))) return tensor.layer;
  return draft.arranged(tensor, (_, expected, fix) =>
    fail(`${viewText(view)}, whose elements are arranged in another way than its layer's`, expected, fix),
  ).layer;
}

function isOpTensor(value: Value | undefined): boolean {
  return value?.kind === 'tensor' && value.isOp === true;
}

/** Reads a model once, its images taken for channels first or last as they look, or the other way round. */
function readModel(model: OnnxModel, source: ByteSource, reading: ModelReading): OnnxReading {
  const { name, label, options, isFlipped, keeps } = reading;
  const inputs = imageInputs(model);
  const batch = fixedBatch(inputs, options);
  const draft = new Draft(batchOf(batch), batch === null);
  const tensors = new TensorReader(label, source, options.external);
  const budget = new FoldBudget(source.length);
  const keep = keeps ? keptAsIs : null;
  const storedShape = storedShapes(model, draft, options);
  const shared: Reading = { label, opset: model.opset, draft, tensors, budget, keep, storedShape };
  located(label, () => readInputs(model, draft, label, { ...options, isFlipped, takesAny: keeps }));
  for (const tensor of model.initializers) draft.values.set(tensor.name, tensors.stored(tensor));
  const few = (value: Value | undefined) =>
    value?.kind === 'constant' && valueCount(value.dims) <= MOST_NUMBERS ? Array.from(value.values) : null;
  const constants = {
    numbersOf: (initializer: string) => few(draft.values.get(initializer)),
    valuesOf: (tensor: TensorProto) => few(tensors.read(tensor)),
  };
  const nodes = neededNodes({ ...model, nodes: withNorms(model, constants) });
  for (const node of nodes) {
    const site = new NodeSite(node, shared);
    const values = located(label, () => fitting(site, () => nodeValues(site)));
    node.output.forEach((output, i) => {
      const value = values[i];
      if (output !== '' && value !== undefined) draft.values.set(output, value);
    });
  }
  const outputs = model.outputs.map((output) => located(label, () => outputLayer(draft, output.name, label)));
  const { weights, scaling } = draft;
  const layers = withHalves(draft.layers, nodes, halfTensors(model, nodes));
  const rounding = draft.roundings.layers;
  const tidy = tidied({ layers, outputs, weights, scaling, rounding, shared: draft.sources.shared });
  const network = checkedNetwork({
    name: `${name}${givenSizes(inputs, options)}`,
    layers: tidy.layers,
    outputs: tidy.outputs,
    ...(Object.keys(tidy.shared).length === 0 ? {} : { shared: tidy.shared }),
  });
  return {
    network,
    weights: completeWeights(network, tidy.weights, label),
    batch,
    notes: fileNotes(
      model,
      nodes,
      inputs.filter(({ name: input }) => !isOpTensor(draft.values.get(input))),
      network,
    ),
  };
}

/**
 * Reads an ONNX model for images as PyTorch's exporters, tf2onnx and Keras write it. Layers are called after the nodes
 * (without a leading slash), outputs keep their order. What only arranges values (reshapes, transposes, squeezes)
 * makes no layer; a computation that exporters write in several operators is one layer where there is one for it.
 * Channels-last inputs and outputs become what ours are anyway; a batch size, fixed or not, is left open.
 * @param source of which weights are read when they are asked for
 * @param name of the network, which sizes that the file leaves open are added to
 * @throws UserError naming file, node and operator for what has no place in a network; for broken files, saying where
 */
export function readOnnx(source: ByteSource, name: string, options: ReadOptions = {}): OnnxReading {
  const label = options.label ?? name;
  const model = decodeModel(source, label);
  if (model.opset < FIRST_OPSET) {
    throw new UserError({
      got: `${label} of opset ${model.opset}`,
      expected: `opset ${FIRST_OPSET} or later`,
      fix: 'export it with a newer opset, or convert it with onnx.version_converter',
    });
  }
  checkDims(model, options, label);
  let first: UserError | undefined;
  // What our layers can do comes before what is kept as it is, and what an input looks like before the other way round.
  for (const keeps of [false, true]) {
    for (const isFlipped of [false, true]) {
      try {
        return readModel(model, source, { name, label, options, isFlipped, keeps });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        // Why even an operator as it is cannot be read says more than that no layer of ours is like it.
        first = first === undefined || (keeps && !isFlipped && saysLess(first)) ? error : first;
      }
    }
  }
  throw first;
}

/** Whether an error is of what our layers have no place for, and the other of what nothing can keep. */
function saysLess({ got }: UserError): boolean {
  return (
    got.includes(UNKNOWN_OPERATOR) || got.includes("with the domain '") || /with input '[^']*' of /.test(got)
  );
}

/** The weights that the network has, each as long as its shape says. */
function completeWeights(network: Network, weights: ReadonlyMap<string, LazyValues>, label: string): Weights {
  const complete = new Map(
    weightShapes(network).map(({ name, shape }) => {
      const values = weights.get(name);
      const count = shape.reduce((product, size) => product * size, 1);
      if (values?.length === count) return [name, values];
      throw new UserError({
        got: `${label}: ${values?.length ?? 'no'} values of ${name}`,
        expected: `${count}, for [${shape}]`,
        fix: 'correct the model',
      });
    }),
  );
  return new LazyWeights(complete);
}
