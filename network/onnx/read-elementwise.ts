// ONNX activations: functions of each element.
import type { Value } from './draft.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { perChannel } from './per-channel.ts';
import { clip, erf, geluTanh, type ScalarFunction, SELU, sigmoid, softplus } from './scalar-functions.ts';
import { isFloatType } from './tensors.ts';
import { viewText } from './view.ts';

function scalar(functionOf: (site: NodeSite) => ScalarFunction): NodeReader {
  return (site) => site.draft.scalar(site.name, site.computed(0), functionOf(site), site.otherwise());
}

/** The border of a clip: an attribute up to opset 10, an input since. */
function border(site: NodeSite, name: string, index: number, byDefault: number): number {
  if (site.has(index)) return site.constant(index, 'a border').values[0] ?? byDefault;
  return site.float(name, byDefault);
}

/** One slope for all is an activation; one per channel are weights. */
const prelu: NodeReader = (site) => {
  const { draft } = site;
  const slopes = site.constant(1, 'slopes');
  const [slope = 0] = slopes.values;
  if (slopes.values.every((value: number) => value === slope))
    return draft.scalar(site.name, site.computed(0), (x) => (x < 0 ? slope * x : x), site.otherwise());
  const tensor = site.plain(0);
  const values = perChannel(site, tensor, slopes);
  if (values === null) {
    return site.unsupported(
      `slopes of [${slopes.dims}] on ${viewText(tensor.view)}`,
      'one slope, or one for each channel',
    );
  }
  return { ...tensor, layer: site.add({ kind: 'prelu', inputs: [tensor.layer] }, { slope: values }) };
};

/** In two steps, which are two layers where no single one computes both. */
const hardSigmoid: NodeReader = (site) => {
  const { draft } = site;
  const [alpha, beta] = [site.float('alpha', 0.2), site.float('beta', 0.5)];
  const straight = draft.scalar(site.name, site.computed(0), (x) => alpha * x + beta, site.otherwise());
  return straight.kind === 'constant'
    ? straight
    : draft.scalar(site.name, straight, (x) => clip(x, 0, 1), site.otherwise());
};

/** Numbers stay floating-point; the places of the largest are whole numbers whatever their type. */
function cast(site: NodeSite): Value {
  const value = site.value(0);
  if (value.kind === 'constant' || isFloatType(site.int('to', 1))) return value;
  if (value.kind === 'tensor' && site.draft.kindOf(value.layer) === 'arg-max') return value;
  return site.unsupported(`a cast to data type ${site.int('to', 1)}`, 'numbers that stay floating-point');
}

export const ELEMENTWISE_READERS: Readonly<Record<string, NodeReader>> = {
  Relu: scalar(() => (x) => Math.max(x, 0)),
  Clip: scalar((site) => {
    const least = border(site, 'min', 1, Number.NEGATIVE_INFINITY);
    const most = border(site, 'max', 2, Number.POSITIVE_INFINITY);
    return (x) => clip(x, least, most);
  }),
  Sigmoid: scalar(() => sigmoid),
  Tanh: scalar(() => Math.tanh),
  HardSigmoid: hardSigmoid,
  HardSwish: scalar(() => (x) => x * clip(x / 6 + 0.5, 0, 1)),
  LeakyRelu: scalar((site) => {
    const alpha = site.float('alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  PRelu: prelu,
  Elu: scalar((site) => {
    const alpha = site.float('alpha', 1);
    return (x) => (x > 0 ? x : alpha * Math.expm1(x));
  }),
  Selu: scalar((site) => {
    const [alpha, gamma] = [site.float('alpha', SELU.alpha), site.float('gamma', SELU.gamma)];
    return (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
  }),
  Gelu: scalar((site) =>
    site.text('approximate', 'none') === 'tanh' ? geluTanh : (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2)),
  ),
  Mish: scalar(() => (x) => x * Math.tanh(softplus(x))),
  Swish: scalar((site) => {
    const alpha = site.float('alpha', 1);
    return (x) => x * sigmoid(alpha * x);
  }),
  Erf: scalar(() => erf),
  Neg: scalar(() => (x) => -x),
  Abs: scalar(() => Math.abs),
  Exp: scalar(() => Math.exp),
  Sqrt: scalar(() => Math.sqrt),
  Softplus: scalar(() => softplus),
  Reciprocal: scalar(() => (x) => 1 / x),
  Cast: cast,
};
