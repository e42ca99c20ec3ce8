// ONNX arithmetic and activations, of tensors and with constants.
import type { Pending, Value } from './draft.ts';
import { spreadDims } from './node-dimensions.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { clip, erf, type ScalarFunction, sigmoid } from './scalar-functions.ts';
import { type Constant, isFloatType, valueCount } from './tensors.ts';
import { isChannels, positionsOf, sameView, sizesOf, type Tensor, viewText } from './view.ts';

function scalar(functionOf: (site: NodeSite) => ScalarFunction): NodeReader {
  return (site) => site.draft.scalar(site.name, site.computed(0), functionOf(site), site.fail);
}

/** The border of a clip: an attribute up to opset 10, an input since. */
function border(site: NodeSite, name: string, index: number, byDefault: number): number {
  if (site.has(index)) return site.constant(index, 'a border').values[0] ?? byDefault;
  return site.float(name, byDefault);
}

const SCALAR_READERS: Readonly<Record<string, NodeReader>> = {
  Relu: scalar(() => (x) => Math.max(x, 0)),
  Clip: scalar((site) => {
    const least = border(site, 'min', 1, Number.NEGATIVE_INFINITY);
    const most = border(site, 'max', 2, Number.POSITIVE_INFINITY);
    return (x) => clip(x, least, most);
  }),
  Sigmoid: scalar(() => sigmoid),
  Tanh: scalar(() => Math.tanh),
  HardSigmoid: scalar((site) => {
    const [alpha, beta] = [site.float('alpha', 0.2), site.float('beta', 0.5)];
    return (x) => clip(alpha * x + beta, 0, 1);
  }),
  HardSwish: scalar(() => (x) => x * clip(x / 6 + 0.5, 0, 1)),
  LeakyRelu: scalar((site) => {
    const alpha = site.float('alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  PRelu: scalar((site) => {
    const { values } = site.constant(1, 'slopes');
    const [slope = 0] = values;
    if (values.some((value: number) => value !== slope)) site.unsupported('slopes that differ', 'one slope');
    return (x) => (x < 0 ? slope * x : x);
  }),
  Elu: scalar((site) => {
    const alpha = site.float('alpha', 1);
    return (x) => (x > 0 ? x : alpha * Math.expm1(x));
  }),
  Gelu: scalar((site) => {
    if (site.text('approximate', 'none') !== 'none')
      site.unsupported('an approximate Gelu', "approximate='none'");
    return (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2));
  }),
  Swish: scalar((site) => {
    const alpha = site.float('alpha', 1);
    return (x) => x * sigmoid(alpha * x);
  }),
  Erf: scalar(() => erf),
  Neg: scalar(() => (x) => -x),
  Abs: scalar(() => Math.abs),
  Exp: scalar(() => Math.exp),
  Softplus: scalar(() => (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)),
  Reciprocal: scalar(() => (x) => 1 / x),
  Cast: (site) => {
    const value = site.value(0);
    if (value.kind === 'constant' || isFloatType(site.int('to', 1))) return value;
    return site.unsupported(`a cast to data type ${site.int('to', 1)}`, 'numbers that stay floating-point');
  },
};

/** A constant with a value per channel of the layer; null if it differs between pixels. */
function perChannel(site: NodeSite, tensor: Tensor, { dims, values }: Constant): Float32Array | null {
  const { channels } = site.draft.shapeOf(tensor.layer);
  const missing = tensor.view.length - dims.length;
  const axis = dims.findIndex((size) => size !== 1);
  if (missing < 0) return null;
  if (axis === -1) return new Float32Array(channels).fill(values[0] ?? 0);
  const parts = tensor.view[axis + missing] ?? [];
  if (dims.filter((size) => size !== 1).length > 1 || !isChannels(parts, channels) || dims[axis] !== channels)
    return null;
  const positions = positionsOf(parts, channels);
  return Float32Array.from(positions, (position) => values[position] as number);
}

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

function withConstant(
  site: NodeSite,
  operator: Operator,
  value: Tensor | Pending,
  other: Constant,
  isFirst: boolean,
): Value {
  const { draft } = site;
  const compute = SCALARS[operator];
  if (valueCount(other.dims) === 1) {
    const [number = 0] = other.values;
    const step: ScalarFunction = isFirst ? (x) => compute(number, x) : (x) => compute(x, number);
    return draft.scalar(site.name, value, step, site.fail);
  }
  const made = draft.made(value);
  const tensor = made.view.length === 2 ? draft.flat(made, site.fail) : made;
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

/** Whether one of two shapes is spread over the other's pixels. */
function product(site: NodeSite, a: Tensor, b: Tensor): Value {
  const { draft } = site;
  if (sameView(a.view, b.view)) {
    const [first, second] = [draft.shapeOf(a.layer), draft.shapeOf(b.layer)];
    if (first.flat === second.flat && first.channels === second.channels)
      return { ...a, layer: site.add({ kind: 'multiply', inputs: [a.layer, b.layer] }) };
  }
  const [first, second] = [draft.arranged(a, site.fail), draft.arranged(b, site.fail)];
  const spread = spreadDims([sizesOf(a.view), sizesOf(b.view)]);
  const [larger] = [a, b].filter(({ view }) => sizesOf(view).join() === spread.join());
  const channels = [first, second].map(({ layer }) => draft.shapeOf(layer).channels);
  const isOnePixel = [first, second].some(({ layer }) => {
    const { height, width } = draft.shapeOf(layer);
    return height * width === 1;
  });
  if (larger === undefined || first.order !== second.order || channels[0] !== channels[1] || !isOnePixel) {
    return site.unsupported(
      `${viewText(a.view)} times ${viewText(b.view)}`,
      'two of one shape, or a number for each channel times a map',
    );
  }
  const layer = site.add({ kind: 'multiply', inputs: [first.layer, second.layer] });
  return draft.tensor(layer, first.order === 'last' ? 'last' : 'first');
}

function sum(site: NodeSite, tensors: readonly Tensor[]): Value {
  const { draft } = site;
  const [first] = tensors as [Tensor];
  const shapes = tensors.map(({ layer }) => draft.shapeOf(layer));
  const isOne = (list: readonly string[]) => new Set(list).size === 1;
  const alike = isOne(shapes.map((shape) => JSON.stringify(shape)));
  if (alike && tensors.every(({ view }) => sameView(view, first.view)))
    return { ...first, layer: site.add({ kind: 'add', inputs: tensors.map(({ layer }) => layer) }) };
  const arranged = tensors.map((tensor) => draft.arranged(tensor, site.fail));
  const order = arranged[0]?.order;
  const sizes = arranged.map(({ layer }) => JSON.stringify(draft.shapeOf(layer)));
  if (!isOne(sizes) || arranged.some((each) => each.order !== order)) {
    return site.unsupported(
      `a sum of ${tensors.map(({ view }) => viewText(view)).join(' and ')}`,
      'tensors of one shape',
    );
  }
  const layer = site.add({ kind: 'add', inputs: arranged.map((each) => each.layer) });
  return draft.tensor(layer, order === 'last' ? 'last' : 'first');
}

function binary(operator: Operator): NodeReader {
  return (site) => {
    const { draft } = site;
    const inputs = site.node.input.map((_, i) => site.value(i));
    const [a, b] = inputs as [Value, Value];
    if (inputs.length === 2 && b.kind === 'constant')
      return withConstant(site, operator, a as Tensor, b, false);
    if (inputs.length === 2 && a.kind === 'constant')
      return withConstant(site, operator, b as Tensor, a, true);
    const make = (): Tensor => {
      const tensors = inputs.map((_, i) => site.tensor(i));
      const [first, second] = tensors as [Tensor, Tensor];
      if (operator === 'Add') return sum(site, tensors) as Tensor;
      if (operator === 'Mul') return product(site, first, second) as Tensor;
      return site.unsupported(`${tensors.length} tensors that the network computes`, 'a constant among them');
    };
    // Two functions of one tensor may make one that a layer computes: x · sigmoid(x).
    if (inputs.length === 2 && a.kind !== 'constant' && b.kind !== 'constant') {
      const [base, other] = [a, b].map((value) => (value.kind === 'pending' ? value.base : value)) as [
        Tensor,
        Tensor,
      ];
      const [f, g] = [a, b].map((value) => (value.kind === 'pending' ? value.apply : (x: number) => x)) as [
        ScalarFunction,
        ScalarFunction,
      ];
      const compute = SCALARS[operator];
      const isOneBase = base.layer === other.layer && sameView(base.view, other.view);
      if (isOneBase && (a.kind === 'pending' || b.kind === 'pending'))
        return draft.pending(base, (x) => compute(f(x), g(x)), site.name, make);
    }
    return make();
  };
}

export const ELEMENTWISE_READERS: Readonly<Record<string, NodeReader>> = {
  ...SCALAR_READERS,
  Add: binary('Add'),
  Sum: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div'),
  Min: binary('Min'),
  Max: binary('Max'),
  Pow: binary('Pow'),
};
