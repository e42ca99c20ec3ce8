// Reads a node as a layer of ours where there is one for it, and else as an operator that is kept as it is.
import { UserError } from '../../records/user-error.ts';
import { DATA_TYPE } from '../tensor-type.ts';
import type { Value } from './draft.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import type { Pending } from './pending.ts';
import { keptAsIs } from './read-op.ts';
import { isFloatType, valueCount } from './tensors.ts';
import { sameView, type Tensor } from './view.ts';

const named = (names: string): ReadonlySet<string> => new Set(names.split(/\s+/));

/** They read maps or vectors alone: what operators make of that shape is one. */
const OF_MAPS = named(
  'Conv ConvTranspose MaxPool AveragePool GlobalAveragePool BatchNormalization Resize Upsample DepthToSpace SpaceToDepth',
);
/** They make nothing. */
const PASS = named('Shape Identity Dropout');
/** Functions of each element, whatever the dimensions. */
const SCALAR = named(
  `Relu Clip Sigmoid Tanh HardSigmoid HardSwish LeakyRelu Elu Selu Gelu Mish Swish Erf Neg Abs Exp Sqrt Softplus
  Reciprocal`,
);
const BINARY = named('Add Sub Mul Div Pow Min Max');

const baseOf = (value: Tensor | Pending): Tensor => (value.kind === 'pending' ? value.base : value);

function isOfOp(value: Value | undefined): value is Tensor | Pending {
  return value !== undefined && value.kind !== 'constant' && baseOf(value).isOp === true;
}

/** Whether two values make a function of one tensor, or one of them is a single number. */
function isScalarPair(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.kind === 'constant' || b.kind === 'constant') {
    const [number, other] = a.kind === 'constant' ? [a, b] : [b, a];
    if (number.kind !== 'constant' || other.kind === 'constant') return false;
    return valueCount(number.dims) === 1 && number.dims.length <= baseOf(other).view.length;
  }
  const [first, second] = [baseOf(a), baseOf(b)];
  const isPending = a.kind === 'pending' || b.kind === 'pending';
  return isPending && first.layer === second.layer && sameView(first.view, second.view);
}

/** Whether our own reader of a node may have what operators made. */
function isForOurs(site: NodeSite, values: readonly (Value | undefined)[]): boolean {
  const { node, draft } = site;
  const { opType } = node;
  if (PASS.has(opType)) return true;
  const types = values.filter(isOfOp).map((value) => draft.shapeOf(baseOf(value).layer).dataType);
  if (types.some((type) => type !== undefined && type !== DATA_TYPE.float32)) return false;
  if (opType === 'Cast') return isFloatType(site.int('to', DATA_TYPE.float32));
  const [first, second] = values;
  if (SCALAR.has(opType)) return !isOfOp(second);
  if (BINARY.has(opType)) return values.length === 2 && isScalarPair(first, second);
  if (!isOfOp(first) || values.slice(1).some(isOfOp)) return false;
  const { layer, view } = draft.made(first);
  const { flat, tensor } = draft.shapeOf(layer);
  if (tensor !== undefined) return false;
  const isMap = OF_MAPS.has(opType) && !flat && view.length === 4;
  const isVector = opType === 'Gemm' && flat;
  if (isMap || isVector) draft.values.set(node.input[0] ?? '', draft.tensor(layer));
  return isMap || isVector;
}

/** Of maps these are ours or nothing: normalizing in training, and ways of resizing that few engines have. */
export const NEVER_KEPT = named('BatchNormalization Resize Upsample');

/**
 * @param own our reader of the operator, if there is one
 * @throws UserError where neither can read it, saying what our own reader has against it
 */
export function readAny(site: NodeSite, own: NodeReader | undefined): readonly Value[] {
  const values = site.node.input.map((name) => site.draft.values.get(name));
  if (own === undefined || (values.some(isOfOp) && !isForOurs(site, values))) return keptAsIs(site);
  try {
    return [own(site)].flat();
  } catch (error) {
    if (!(error instanceof UserError) || NEVER_KEPT.has(site.node.opType)) throw error;
    try {
      return keptAsIs(site);
    } catch (other) {
      throw other instanceof UserError ? error : other;
    }
  }
}
