// Reads an ONNX model as a network with weights.
import { UserError } from '../../records/user-error.ts';
import type { ByteSource } from '../byte-source.ts';
import { checkedNetwork, type Network } from '../network.ts';
import { type Weights, weightShapes } from '../weights.ts';
import { Draft, type Value } from './draft.ts';
import { fileNotes } from './file-notes.ts';
import { FoldBudget } from './fold-budget.ts';
import { CONSTANT_READERS } from './fold-constants.ts';
import { batchOf, fixedBatch, imageInputs, readInputs, showsInOrder } from './graph-inputs.ts';
import { halfTensors, withHalves } from './half-tensors.ts';
import { checkDims, givenSizes, type ImageSizes } from './image-sizes.ts';
import { type LazyValues, LazyWeights } from './lazy-weights.ts';
import { decodeModel, isStandard, type NodeProto, type OnnxModel } from './model.ts';
import { type NodeReader, NodeSite, type Reading } from './node-site.ts';
import { ARITHMETIC_READERS } from './read-arithmetic.ts';
import { ARRANGE_READERS } from './read-arrange.ts';
import { CHANNEL_READERS } from './read-channels.ts';
import { CONVOLUTION_READERS } from './read-convolutions.ts';
import { DENSE_READERS } from './read-dense.ts';
import { ELEMENTWISE_READERS } from './read-elementwise.ts';
import { NORMALIZATION_READERS } from './read-normalization.ts';
import { NORM_READERS } from './read-norms.ts';
import { PAD_READERS } from './read-pads.ts';
import { POOL_READERS } from './read-pools.ts';
import { QUANTIZATION_READERS } from './read-quantized.ts';
import { RESIZING_READERS } from './read-resizing.ts';
import { type Constant, constant, type ExternalFiles, TensorReader } from './tensors.ts';
import { tidied } from './tidy.ts';
import { viewText } from './view.ts';

/** The first whose operators spread shapes as today's do. */
const FIRST_OPSET = 7;

const NODE_READERS: Readonly<Record<string, NodeReader>> = {
  ...CONVOLUTION_READERS,
  ...DENSE_READERS,
  ...POOL_READERS,
  ...ELEMENTWISE_READERS,
  ...ARITHMETIC_READERS,
  ...NORM_READERS,
  ...PAD_READERS,
  ...NORMALIZATION_READERS,
  ...RESIZING_READERS,
  ...ARRANGE_READERS,
  ...CHANNEL_READERS,
  ...QUANTIZATION_READERS,
};

const QUANTIZED = /quantize|QLinear|Integer/i;

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

/** The value of a Constant node. */
function constantOf(site: NodeSite): Constant {
  const tensor = site.attributeTensor('value');
  if (tensor !== undefined) return tensor;
  if (site.hasAttribute('value_float')) return constant([], [site.float('value_float', 0)], true);
  if (site.hasAttribute('value_int')) return constant([], [site.int('value_int', 0)]);
  const floats = site.hasAttribute('value_floats') ? site.floats('value_floats') : undefined;
  if (floats !== undefined) return constant([floats.length], floats, true);
  const ints = site.ints('value_ints');
  if (ints !== undefined) return constant([ints.length], ints);
  return site.unsupported('a value that is no tensor and no number', 'a dense tensor');
}

function unknownOperator(site: NodeSite): never {
  const { opType, domain } = site.node;
  if (!isStandard(site.node)) {
    return site.fail(
      `the domain '${domain}'`,
      "ONNX's own operators",
      'export the model without custom operators',
    );
  }
  if (QUANTIZED.test(opType))
    return site.fail(
      'quantized tensors',
      'QuantizeLinear and DequantizeLinear around operators of floats',
      'quantize the model in QDQ form, or export it before it is quantized',
    );
  const known = Object.keys(NODE_READERS).sort().join(', ');
  return site.fail('an operator that is not read', `operators of ${known}`, 'export the model without it');
}

function valuesOf(site: NodeSite): readonly Value[] {
  const { node, draft } = site;
  const { opType } = node;
  if (isStandard(node)) {
    if (opType === 'Constant') return [constantOf(site)];
    const inputs = node.input.filter((name) => name !== '').map((name) => draft.values.get(name));
    const constants = inputs.filter((value) => value?.kind === 'constant');
    if (inputs.length > 0 && constants.length === inputs.length && Object.hasOwn(CONSTANT_READERS, opType))
      return [CONSTANT_READERS[opType]?.(site, constants) ?? []].flat();
  }
  const reader = isStandard(node) && Object.hasOwn(NODE_READERS, opType) ? NODE_READERS[opType] : undefined;
  if (reader === undefined) return unknownOperator(site);
  return [reader(site)].flat();
}

/** Inputs and attributes that an operator cannot have make its reader stumble. */
function fitting<T>(site: NodeSite, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof TypeError || error instanceof RangeError))
      throw error;
    return site.fail(
      `inputs or attributes that do not fit it (${error.message})`,
      'those that the operator has',
      'export the model again',
    );
  }
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
  const { flat } = draft.shapeOf(tensor.layer);
  const { view } = tensor;
  // A map in other dimensions (boxes of a detector) is the same numbers in the same order.
  const isInOrder = view.length !== 2 && (showsInOrder(view, 'NCHW') || showsInOrder(view, 'NHWC'));
  if (isInOrder || (flat && showsInOrder(view, 'NC'))) return tensor.layer;
  return draft.arranged(tensor, (_, expected, fix) =>
    fail(`${viewText(view)}, whose elements are arranged in another way than its layer's`, expected, fix),
  ).layer;
}

/** Reads a model once, its images taken for channels first or last as they look, or the other way round. */
function readModel(model: OnnxModel, source: ByteSource, reading: ModelReading): OnnxReading {
  const { name, label, options, isFlipped } = reading;
  const inputs = imageInputs(model);
  const batch = fixedBatch(inputs, options);
  const draft = new Draft(batchOf(batch));
  const tensors = new TensorReader(label, source, options.external);
  const budget = new FoldBudget(source.length);
  const shared: Reading = { label, opset: model.opset, draft, tensors, budget };
  located(label, () => readInputs(model, draft, label, { ...options, isFlipped }));
  for (const tensor of model.initializers) draft.values.set(tensor.name, tensors.read(tensor));
  const nodes = neededNodes(model);
  for (const node of nodes) {
    const site = new NodeSite(node, shared);
    const values = located(label, () => fitting(site, () => valuesOf(site)));
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
    notes: fileNotes(model, nodes, inputs, network),
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
  const read = (isFlipped: boolean) => readModel(model, source, { name, label, options, isFlipped });
  try {
    return read(false);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    try {
      return read(true);
    } catch (other) {
      if (!(other instanceof UserError)) throw other;
      throw error;
    }
  }
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
