// What a node makes, by the reader of its operator.
import { UserError } from '../../records/user-error.ts';
import { DATA_TYPE } from '../tensor-type.ts';
import type { Value } from './draft.ts';
import { CONSTANT_READERS } from './fold-constants.ts';
import { isStandard, type NodeProto } from './model.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { readAny } from './read-any.ts';
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
import { type Constant, constant, typeOf, valueCount } from './tensors.ts';
import type { Tensor } from './view.ts';

/** Operators that layers of ours compute, where they are of a form that one does. */
export const NODE_READERS: Readonly<Record<string, NodeReader>> = {
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

/** They make a constant larger. */
const SPREADS: ReadonlySet<string> = new Set(['Expand', 'ConstantOfShape', 'Tile']);

/** Of what our layers have no place for. */
export const UNKNOWN_OPERATOR = 'an operator that is not read';

const QUANTIZED = /quantize|QLinear|Integer/i;

/** Inputs and attributes that an operator cannot have make its reader stumble. */
export function fitting<T>(site: NodeSite, read: () => T): T {
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
  const { domain } = site.node;
  if (!isStandard(site.node)) {
    return site.fail(
      `the domain '${domain}'`,
      "ONNX's own operators",
      'export the model without custom operators',
    );
  }
  if (isQuantized(site.node))
    return site.fail(
      'quantized tensors',
      'QuantizeLinear and DequantizeLinear around operators of floats',
      'quantize the model in QDQ form, or export it before it is quantized',
    );
  const known = Object.keys(NODE_READERS).sort().join(', ');
  return site.fail(UNKNOWN_OPERATOR, `operators of ${known}`, 'export the model without it');
}

/** Spreads a constant over the batch, of which there are any number. */
function growsWithBatch({ node, draft }: NodeSite, inputs: readonly Constant[]): boolean {
  const { anyBatch } = draft;
  if (anyBatch === null || !SPREADS.has(node.opType)) return false;
  return inputs.some((input) => valueCount(input.dims) < 16 && input.values.some(isMultiple(anyBatch)));
}

const isMultiple = (of: number) => (value: number) => value > 0 && value % of === 0;

/** A part of a table that the file has: a layer that picks it has all of the table's weights. */
function folded(site: NodeSite, values: readonly Constant[]): readonly Constant[] {
  const { keep, node, draft } = site;
  const table = draft.values.get(node.input[0] ?? '');
  const [value] = values;
  if (keep === null || node.opType !== 'Gather' || table?.kind !== 'constant' || value === undefined)
    return values;
  if (table.isStored !== true || table.dims.length !== 2 || typeOf(table) !== DATA_TYPE.float32)
    return values;
  let made: Tensor | undefined;
  const computed = () => (made ??= keep(site)[0] as Tensor);
  return [
    {
      kind: 'constant',
      dims: value.dims,
      computed,
      get values() {
        return value.values;
      },
    },
  ];
}

function isQuantized(node: NodeProto): boolean {
  return QUANTIZED.test(node.opType);
}

/** What a node makes: constants, or what its operator makes of the network's tensors. */
export function nodeValues(site: NodeSite): readonly Value[] {
  const { node, draft } = site;
  const { opType } = node;
  if (isStandard(node)) {
    if (opType === 'Constant') return [constantOf(site)];
    const inputs = node.input.filter((name) => name !== '').map((name) => draft.values.get(name));
    const constants = inputs.filter((value) => value?.kind === 'constant');
    if (inputs.length > 0 && constants.length === inputs.length && Object.hasOwn(CONSTANT_READERS, opType)) {
      if (site.keep !== null && growsWithBatch(site, constants)) return site.keep(site);
      return folded(site, [CONSTANT_READERS[opType]?.(site, constants) ?? []].flat());
    }
  }
  const reader = isStandard(node) && Object.hasOwn(NODE_READERS, opType) ? NODE_READERS[opType] : undefined;
  if (site.keep !== null && !isQuantized(node))
    return readAny(site, reader && ((own) => fitting(own, () => reader(own))));
  if (reader === undefined) return unknownOperator(site);
  return [reader(site)].flat();
}
