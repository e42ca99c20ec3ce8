// ONNX arithmetic, of tensors and with constants.
import type { Layer } from '../layer.ts';
import type { Draft, Value } from './draft.ts';
import { spreadDims } from './node-dimensions.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { commonCuts, isLong, type Pending, stepsOf } from './pending.ts';
import { perChannel } from './per-channel.ts';
import type { ScalarFunction } from './scalar-functions.ts';
import { type Constant, valueCount } from './tensors.ts';
import { sameView, sizesOf, type Tensor, viewText } from './view.ts';

type Operator = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Min' | 'Max' | 'Pow';

const SCALARS: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Min: Math.min,
  Max: Math.max,
  Pow: (a, b) => a ** b,
};

type JoiningKind = Extract<Layer['kind'], 'add' | 'multiply' | 'subtract' | 'divide' | 'minimum' | 'maximum'>;

/** Layers that compute them of several tensors. */
const KINDS: Readonly<Record<Exclude<Operator, 'Pow'>, JoiningKind>> = {
  Add: 'add',
  Sub: 'subtract',
  Mul: 'multiply',
  Div: 'divide',
  Min: 'minimum',
  Max: 'maximum',
};

function withConstant(
  site: NodeSite,
  operator: Operator,
  value: Tensor | Pending,
  other: Constant,
  isFirst: boolean,
): Value {
  const { draft } = site;
  const compute = SCALARS[operator];
  const rank = draft.viewOf(value).length;
  if (valueCount(other.dims) === 1 && other.dims.length <= rank) {
    const [number = 0] = other.values;
    const step: ScalarFunction = isFirst ? (x) => compute(number, x) : (x) => compute(x, number);
    return draft.scalar(site.name, value, step, site.otherwise(isFirst ? 1 : 0));
  }
  const tensor = draft.plain(draft.made(value), site.fail);
  const values = perChannel(site, tensor, other);
  if (values === null) {
    return site.unsupported(
      `a constant of [${other.dims}] on ${viewText(tensor.view)}`,
      'one number, or one for each channel',
    );
  }
  // An affine function of x: its value at 0, and how much more at 1.
  const isAffine =
    operator === 'Add' || operator === 'Sub' || operator === 'Mul' || (operator === 'Div' && !isFirst);
  if (!isAffine) return site.unsupported('a constant for each channel', 'one number');
  const at = (x: number) => values.map((number) => (isFirst ? compute(number, x) : compute(x, number)));
  const offset = at(0);
  const scale =
    operator === 'Add'
      ? offset.map(() => 1)
      : operator === 'Sub'
        ? offset.map(() => (isFirst ? -1 : 1))
        : at(1);
  return draft.affine(site.name, tensor, scale, offset);
}

/** Values in a tensor of that layer. */
function valuesOf(draft: Draft, layer: string): number {
  const { height, width, channels } = draft.shapeOf(layer);
  return height * width * channels;
}

/** Tensors of one shape, or of one pixel or channel beside larger ones: the layers and dimensions of the result. */
function alike(
  site: NodeSite,
  tensors: readonly Tensor[],
): { layers: string[]; seen: (layer: string) => Tensor } {
  const { draft } = site;
  const [first] = tensors as [Tensor];
  const isOne = (list: readonly string[]) => new Set(list).size === 1;
  const shapes = tensors.map(({ layer }) => JSON.stringify(draft.shapeOf(layer)));
  if (isOne(shapes) && tensors.every(({ view }) => sameView(view, first.view)))
    return { layers: tensors.map(({ layer }) => layer), seen: (layer) => ({ ...first, layer }) };
  const wrong = () =>
    site.unsupported(
      `${tensors.map(({ view }) => viewText(view)).join(' and ')}`,
      'tensors of one shape, or of one pixel or channel where they differ',
    );
  const spread = spreadDims(tensors.map(({ view }) => sizesOf(view)));
  if (spread === null || !isOne(tensors.map(({ view }) => `${view.length}`))) return wrong();
  const arranged = tensors.map((tensor) => draft.arranged(tensor, site.fail));
  // One value is the same in either order.
  const orders = arranged.filter(({ layer }) => valuesOf(draft, layer) > 1).map(({ order }) => order);
  if (new Set(orders).size > 1) return wrong();
  return {
    layers: arranged.map(({ layer }) => layer),
    seen: (layer) => draft.tensor(layer, orders[0] === 'last' ? 'last' : 'first'),
  };
}

function joined(site: NodeSite, operator: Operator, tensors: readonly Tensor[]): Tensor {
  const { draft } = site;
  if (operator === 'Pow')
    return site.unsupported('an exponent that the network computes', 'a constant exponent');
  const kind = KINDS[operator];
  const { layers, seen } = alike(site, tensors);
  if (kind === 'add' || kind === 'multiply') {
    // What is spread comes behind what it is spread over.
    const largest = layers.toSorted((a, b) => valuesOf(draft, b) - valuesOf(draft, a));
    return seen(site.add({ kind, inputs: largest }));
  }
  const [first = '', ...others] = layers;
  return seen(others.reduce((before, other) => site.add({ kind, inputs: [before, other] }), first));
}

function binary(operator: Operator): NodeReader {
  return (site) => {
    const { draft } = site;
    const inputs = site.node.input.map((_, i) => site.value(i));
    const [a, b] = inputs;
    if (a === undefined) return site.fail('no inputs', 'at least one', 'correct the model');
    if (b === undefined) return a;
    if (inputs.length === 2 && a.kind !== 'constant' && b.kind === 'constant')
      return withConstant(site, operator, a, b, false);
    if (inputs.length === 2 && a.kind === 'constant' && b.kind !== 'constant')
      return withConstant(site, operator, b, a, true);
    const make = (): Tensor =>
      joined(
        site,
        operator,
        inputs.map((_, i) => site.tensor(i)),
      );
    // Two functions of one tensor may make one that a layer computes: x · sigmoid(x).
    if (inputs.length === 2 && a.kind !== 'constant' && b.kind !== 'constant') {
      const baseOf = (value: Tensor | Pending) => (value.kind === 'pending' ? value.base : value);
      const functionOf = (value: Tensor | Pending): ScalarFunction =>
        value.kind === 'pending' ? value.apply : (x) => x;
      const [base, other] = [baseOf(a), baseOf(b)];
      const [f, g] = [functionOf(a), functionOf(b)];
      const compute = SCALARS[operator];
      const isOneBase = base.layer === other.layer && sameView(base.view, other.view);
      const steps = stepsOf(a) + stepsOf(b) + 1;
      if (isOneBase && steps > 1 && !isLong(steps)) {
        const cuts = commonCuts(a, b, compute);
        const apply: ScalarFunction = (x) => compute(f(x), g(x));
        return draft.pending({ name: site.name, base, apply, steps, cuts, fallback: make });
      }
    }
    return make();
  };
}

export const ARITHMETIC_READERS: Readonly<Record<string, NodeReader>> = {
  Add: binary('Add'),
  Sum: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div'),
  Min: binary('Min'),
  Max: binary('Max'),
  Pow: binary('Pow'),
};
