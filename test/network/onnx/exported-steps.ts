// The forms in which exporters write layers: convolutions, activations, pools, joins, rearrangements and norms.
import { type Draw, float, type GraphDraft, type Map2d, type Step } from './exported-graph.ts';

const chosen = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;
const outputs = (size: number, window: number, stride: number, pads: number) =>
  Math.floor((size + pads - window) / stride) + 1;

function conv(graph: GraphDraft, input: Map2d, { a, b, c }: Draw): void {
  const [kernel, stride, dilation] = [chosen([1, 3, 3, 5], a), chosen([1, 1, 2], b), chosen([1, 1, 1, 2], c)];
  const groups = chosen([1, 1, 1, 2, input.channels], a + b);
  if (input.channels % groups !== 0) return;
  const filters = groups * (1 + ((a + c) % Math.ceil(12 / groups)));
  const window = (kernel - 1) * dilation + 1;
  const pad = chosen([0, 1, Math.floor(window / 2)], a + c);
  const automatic = chosen(['NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], b + c);
  const total = 2 * (automatic === 'NOTSET' ? pad : 0);
  const isSame = automatic.startsWith('SAME') && dilation === 1;
  if (automatic.startsWith('SAME') && !isSame) return;
  const along = (size: number) => (isSame ? Math.ceil(size / stride) : outputs(size, window, stride, total));
  const [height, width] = [along(input.height), along(input.width)];
  if (height < 1 || width < 1) return;
  const perGroup = input.channels / groups;
  const weight = graph.normal(
    [filters, perGroup, kernel, kernel],
    0.6 / Math.sqrt(perGroup * kernel * kernel),
  );
  const hasBias = c % 2 === 0;
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    ...(automatic === 'NOTSET' ? { pads: [pad, pad, pad, pad] } : { auto_pad: automatic }),
    ...(groups === 1 ? {} : { group: groups }),
    ...(dilation === 1 ? {} : { dilations: [dilation, dilation] }),
  };
  let made = graph.node(
    'Conv',
    [input.name, weight, ...(hasBias ? [graph.normal([filters], 0.2)] : [])],
    attributes,
  );
  if (b % 3 === 0) {
    const parts = [graph.positive([filters]), graph.normal([filters], 0.2), graph.normal([filters], 0.2)];
    made = graph.node('BatchNormalization', [made, ...parts, graph.positive([filters])], {
      epsilon: float(1e-3),
    });
  } else if (b % 3 === 1) made = graph.node('Add', [made, graph.normal([filters, 1, 1], 0.2)]);
  graph.push(made, filters, height, width);
}

function convTranspose(graph: GraphDraft, input: Map2d, { a, b, c }: Draw): void {
  const [kernel, stride] = [chosen([2, 3, 4], a), chosen([1, 2, 2], b)];
  const groups = chosen([1, 1, 2], c);
  const dilation = chosen([1, 1, 2], a + b);
  const pad = chosen([0, 1], c + 1);
  const extra = stride === 1 ? 0 : chosen([0, 1], a);
  const window = (kernel - 1) * dilation + 1;
  const along = (size: number) => (size - 1) * stride + window - 2 * pad + extra;
  if (input.channels % groups !== 0 || along(input.height) < 1 || along(input.width) < 1) return;
  const perGroup = 1 + (b % 5);
  const weight = graph.normal([input.channels, perGroup, kernel, kernel], 0.3);
  const made = graph.node('ConvTranspose', [input.name, weight, graph.normal([perGroup * groups], 0.2)], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    output_padding: [extra, extra],
    group: groups,
    dilations: [dilation, dilation],
  });
  graph.push(made, perGroup * groups, along(input.height), along(input.width));
}

type Elementwise = (graph: GraphDraft, x: string, draw: Draw, channels: number) => string;

const ACTIVATIONS: readonly Elementwise[] = [
  (graph, x) => graph.node('Relu', [x]),
  (graph, x) => graph.node('Clip', [x, graph.number(0), graph.number(6)]),
  (graph, x, { a }) => graph.node('Clip', [x, graph.number(-1), graph.number(1 + (a % 3))]),
  (graph, x) => graph.node('Clip', [x, '', graph.number(0.5)]),
  (graph, x) => graph.node('LeakyRelu', [x], { alpha: float(0.1) }),
  (graph, x) => graph.node('Elu', [x], { alpha: float(1) }),
  (graph, x) => graph.node('Elu', [x], { alpha: float(0.5) }),
  (graph, x) => graph.node('Selu', [x]),
  (graph, x) => graph.node('Softplus', [x]),
  (graph, x) => graph.node('Sigmoid', [x]),
  (graph, x) => graph.node('Tanh', [x]),
  (graph, x) => graph.node('HardSigmoid', [x], { alpha: float(0.2), beta: float(0.5) }),
  (graph, x) => graph.node('HardSigmoid', [x], { alpha: float(0.25), beta: float(0.4) }),
  (graph, x) => graph.node('Mul', [x, graph.node('Sigmoid', [x])]),
  (graph, x) => graph.node('Mul', [x, graph.node('Tanh', [graph.node('Softplus', [x])])]),
  (graph, x) => {
    const clipped = graph.node('Clip', [
      graph.node('Add', [x, graph.number(3)]),
      graph.number(0),
      graph.number(6),
    ]);
    return graph.node('Div', [graph.node('Mul', [x, clipped]), graph.number(6)]);
  },
  (graph, x) => {
    const erf = graph.node('Erf', [graph.node('Div', [x, graph.number(Math.SQRT2)])]);
    const product = graph.node('Mul', [x, graph.node('Add', [erf, graph.number(1)])]);
    return graph.node('Mul', [product, graph.number(0.5)]);
  },
  (graph, x) => {
    const cube = graph.node('Pow', [x, graph.number(3)]);
    const inner = graph.node('Add', [x, graph.node('Mul', [cube, graph.number(0.044715)])]);
    const tanh = graph.node('Tanh', [graph.node('Mul', [inner, graph.number(0.7978845608)])]);
    const half = graph.node('Mul', [x, graph.number(0.5)]);
    return graph.node('Mul', [half, graph.node('Add', [tanh, graph.number(1)])]);
  },
  (graph, x, _, channels) => graph.node('PRelu', [x, graph.normal([channels, 1, 1], 0.3)]),
  (graph, x) => graph.node('PRelu', [x, graph.floats(0.25)]),
  (graph, x) => graph.node('Max', [x, graph.node('Mul', [x, graph.number(0.2)])]),
  (graph, x, _, channels) => graph.node('Mul', [graph.normal([1, channels, 1, 1], 0.5), x]),
  (graph, x) => graph.node('Sub', [graph.number(1), x]),
  (graph, x) => graph.node('Neg', [x]),
  (graph, x) => graph.node(graph.opset >= 14 ? 'HardSwish' : 'Relu', [x]),
  (graph, x) => graph.node(graph.opset >= 18 ? 'Mish' : 'Relu', [x]),
  (graph, x, { b }) =>
    graph.opset >= 20
      ? graph.node('Gelu', [x], { approximate: chosen(['none', 'tanh'], b) })
      : graph.node('Relu', [x]),
  (graph, x) => graph.node('Dropout', [x]),
  (graph, x) => graph.node('Sum', [x, graph.node('Relu', [x]), graph.node('Tanh', [x])]),
  (graph, x) => graph.node('Pow', [graph.node('Sigmoid', [x]), graph.number(1)]),
  (graph, x) => graph.node('Identity', [x]),
  (graph, x) => graph.node('Cast', [x], { to: 1 }),
];

const activation: Step = (graph, input, draw) => {
  const makes = chosen(ACTIVATIONS, draw.a);
  const made = makes(graph, input.name, draw, input.channels);
  graph.push(made, input.channels, input.height, input.width);
};

const pool: Step = (graph, input, { a, b, c }) => {
  const [kernel, stride, pad] = [chosen([2, 3], a), chosen([1, 2, 2], b), chosen([0, 0, 1], c)];
  const isMax = a % 2 === 0;
  const ceil = c % 4 === 1 ? 1 : 0;
  const counts = !isMax && ceil === 0 && b % 2 === 0 ? 1 : 0;
  const along = (size: number) => {
    const whole = (size + 2 * pad - kernel) / stride;
    return (ceil === 1 ? Math.ceil(whole) : Math.floor(whole)) + 1;
  };
  // Of a window that begins beyond the image, ONNX's shapes have an output and ONNX Runtime's kernel none.
  const isBeyond = (size: number) => (along(size) - 1) * stride >= size + pad;
  if (isBeyond(input.height) || isBeyond(input.width)) return;
  if (Math.min(input.height, input.width) + 2 * pad < kernel) return;
  const made = graph.node(isMax ? 'MaxPool' : 'AveragePool', [input.name], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    ceil_mode: ceil,
    ...(isMax ? {} : { count_include_pad: counts }),
  });
  graph.push(made, input.channels, along(input.height), along(input.width));
};

const reductionAxes = (graph: GraphDraft, op: string, x: string, axes: readonly number[]) =>
  graph.opset < 18
    ? graph.node(op, [x], { axes, keepdims: 1 })
    : graph.node(op, [x, graph.whole(...axes)], { keepdims: 1 });

/** The largest of a map beside its mean, as pooled features are joined. */
const globals: Step = (graph, { name, channels, height, width }) => {
  const both = [graph.node('GlobalMaxPool', [name]), graph.node('GlobalAveragePool', [name])];
  const joined = graph.node('Concat', both, { axis: 1 });
  const made = graph.node('Conv', [joined, graph.normal([channels, 2 * channels, 1, 1], 0.3)]);
  graph.push(graph.node('Add', [name, made]), channels, height, width);
};

/** One channel, or a few in a row. */
const picked: Step = (graph, { name, channels, height, width }, { a, b }) => {
  const from = a % channels;
  const count = 1 + (b % (channels - from));
  const indices = Array.from({ length: count }, (_, i) => (b % 2 === 0 ? from + i : from + i - channels));
  graph.push(graph.node('Gather', [name, graph.whole(...indices)], { axis: 1 }), count, height, width);
};

const reduction: Step = (graph, input, { a }) => {
  const op = chosen(['ReduceMean', 'ReduceMax'], a);
  const axes = chosen([[2, 3], [2], [3], [-1], [1]], Math.floor(a / 2));
  const of = (axis: number, size: number) => (axes.some((each) => (each + 4) % 4 === axis) ? 1 : size);
  const made = reductionAxes(graph, op, input.name, axes);
  graph.push(made, of(1, input.channels), of(2, input.height), of(3, input.width));
};

const join: Step = (graph, input, { a, b }, alike) => {
  const other = chosen(alike, b);
  const op = chosen(['Add', 'Mul', 'Sub', 'Min', 'Max', 'Add'], a);
  const made = graph.node(op, [input.name, other.name]);
  graph.push(made, input.channels, input.height, input.width);
};

/** Squeeze and excite, or attention over pixels. */
const gate: Step = (graph, input, { a }) => {
  const isSpatial = a % 3 === 0;
  const squeezed = isSpatial
    ? reductionAxes(graph, 'ReduceMean', input.name, [1])
    : a % 3 === 1
      ? graph.node('GlobalAveragePool', [input.name])
      : reductionAxes(graph, 'ReduceMean', input.name, [2, 3]);
  const channels = isSpatial ? 1 : input.channels;
  const excited = graph.node('Conv', [squeezed, graph.normal([channels, channels, 1, 1], 0.5)]);
  const made = graph.node('Mul', [input.name, graph.node('Sigmoid', [excited])]);
  graph.push(made, input.channels, input.height, input.width);
};

const concat: Step = (graph, input, { a, b }, alike) => {
  const others = [input, chosen(alike, a), ...(b % 3 === 0 ? [chosen(alike, b)] : [])];
  const made = graph.node(
    'Concat',
    others.map(({ name }) => name),
    { axis: chosen([1, -3], b) },
  );
  graph.push(made, input.channels * others.length, input.height, input.width);
};

const split: Step = (graph, input, { a, b }) => {
  if (input.channels < 2) return;
  const first = 1 + (a % (input.channels - 1));
  const rest = input.channels - first;
  const [left = '', right = ''] =
    graph.opset < 13
      ? graph.many('Split', [input.name], 2, { axis: 1, split: [first, rest] })
      : graph.many('Split', [input.name, graph.whole(first, rest)], 2, { axis: 1 });
  if (b % 2 === 0) graph.push(right, rest, input.height, input.width);
  else
    graph.push(graph.node('Concat', [right, left], { axis: 1 }), input.channels, input.height, input.width);
};

const shuffle: Step = (graph, input) => {
  if (input.channels % 2 !== 0) return;
  const { name, channels, height, width } = input;
  const grouped = graph.node('Reshape', [name, graph.whole(0, 2, channels / 2, height, width)]);
  const turned = graph.node('Transpose', [grouped], { perm: [0, 2, 1, 3, 4] });
  const made = graph.node('Reshape', [turned, graph.whole(0, -1, height, width)]);
  graph.push(made, channels, height, width);
};

const pad: Step = (graph, input, { a, b }) => {
  const [top, left, bottom, right] = [a % 3, b % 2, (a + b) % 2, a % 2] as [number, number, number, number];
  const cut = a % 5 === 0 && input.height > 3 ? -1 : 0;
  const pads = [0, 0, cut === 0 ? top : cut, left, 0, 0, bottom, right];
  const mode = cut === 0 ? chosen(['constant', 'constant', 'reflect', 'edge'], b) : 'constant';
  if (mode === 'reflect' && Math.min(input.height, input.width) < 3) return;
  const value = mode === 'constant' && b % 3 === 0 ? [graph.number(0.5)] : [];
  const made = graph.node('Pad', [input.name, graph.whole(...pads), ...value], { mode });
  const height = input.height + (pads[2] ?? 0) + bottom;
  graph.push(made, input.channels, height, input.width + left + right);
};

const slice: Step = (graph, input, { a, b }) => {
  if (input.height < 4 || input.width < 4) return;
  const step = chosen([1, 2], a);
  const [from, to] = [a % 2, input.height - (b % 2)];
  const height = Math.ceil((to - from) / step);
  const inputs = [graph.whole(from, b % 3), graph.whole(to === input.height ? 2 ** 40 : to, 2 ** 40)];
  const made = graph.node('Slice', [input.name, ...inputs, graph.whole(2, 3), graph.whole(step, 1)]);
  graph.push(made, input.channels, height, input.width - (b % 3));
};

const focus: Step = (graph, input) => {
  const { name, channels, height, width } = input;
  if (height % 2 !== 0 || width % 2 !== 0) return;
  const part = (y: number, x: number) =>
    graph.node('Slice', [
      name,
      graph.whole(y, x),
      graph.whole(2 ** 40, 2 ** 40),
      graph.whole(2, 3),
      graph.whole(2, 2),
    ]);
  const made = graph.node('Concat', [part(0, 0), part(1, 0), part(0, 1), part(1, 1)], { axis: 1 });
  graph.push(made, 4 * channels, height / 2, width / 2);
};

/** By an operator, or as PyTorch writes it: reshapes around a transpose. */
const blocks: Step = (graph, input, { a }) => {
  const { name, channels, height, width } = input;
  const isDown = a % 2 === 0;
  if (isDown ? height % 2 !== 0 || width % 2 !== 0 : channels % 4 !== 0) return;
  const isOperator = a % 4 < 2;
  if (isDown && isOperator) {
    graph.push(graph.node('SpaceToDepth', [name], { blocksize: 2 }), 4 * channels, height / 2, width / 2);
  } else if (isDown) {
    const cut = graph.node('Reshape', [name, graph.whole(0, channels, height / 2, 2, width / 2, 2)]);
    const turned = graph.node('Transpose', [cut], { perm: [0, 1, 3, 5, 2, 4] });
    const made = graph.node('Reshape', [turned, graph.whole(0, 4 * channels, height / 2, width / 2)]);
    graph.push(made, 4 * channels, height / 2, width / 2);
  } else if (isOperator) {
    const made = graph.node('DepthToSpace', [name], { blocksize: 2, mode: chosen(['DCR', 'CRD'], a >> 2) });
    graph.push(made, channels / 4, 2 * height, 2 * width);
  } else {
    const cut = graph.node('Reshape', [name, graph.whole(0, channels / 4, 2, 2, height, width)]);
    const turned = graph.node('Transpose', [cut], { perm: [0, 1, 4, 2, 5, 3] });
    const made = graph.node('Reshape', [turned, graph.whole(0, channels / 4, 2 * height, 2 * width)]);
    graph.push(made, channels / 4, 2 * height, 2 * width);
  }
};

/** As PyTorch writes them: batch and channels from the tensor itself. */
function sizesOf(graph: GraphDraft, { name }: Map2d, height: number, width: number): string {
  const kept = graph.node('Slice', [
    graph.node('Shape', [name]),
    graph.whole(0),
    graph.whole(2),
    graph.whole(0),
  ]);
  return graph.node('Concat', [kept, graph.whole(height, width)], { axis: 0 });
}

const resize: Step = (graph, input, { a, b, c }) => {
  const mode = chosen(['nearest', 'linear', 'cubic'], a);
  const coordinates = chosen(['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'], b);
  const attributes = {
    mode,
    coordinate_transformation_mode: coordinates,
    ...(mode === 'nearest'
      ? { nearest_mode: chosen(['round_prefer_floor', 'floor', 'ceil', 'round_prefer_ceil'], c) }
      : {}),
    ...(mode === 'cubic' ? { cubic_coeff_a: float(chosen([-0.75, -0.5], c)) } : {}),
  };
  const byScales = c % 2 === 0;
  // ONNX Runtime turns a Resize of some axes behind a transpose into one that it refuses.
  const turns = graph.nodes.some(({ op }) => op === 'Transpose');
  const scale = chosen([2, 1.5, 3, 0.75, 0.5], a + c);
  const roi = graph.opset < 13 ? graph.floats() : '';
  const height = byScales
    ? Math.floor(Math.fround(input.height * Math.fround(scale)))
    : input.height + chosen([3, -2, 5], a);
  const width = byScales ? input.width : input.width + chosen([1, 4], b);
  if (height < 1 || width < 1) return;
  const made =
    graph.opset >= 18 && !byScales && !turns
      ? graph.node('Resize', [input.name, '', '', graph.whole(width, height)], {
          ...attributes,
          axes: [3, 2],
        })
      : byScales
        ? graph.node('Resize', [input.name, roi, graph.floats(1, 1, scale, 1)], attributes)
        : graph.node(
            'Resize',
            [input.name, roi, graph.opset < 13 ? graph.floats() : '', sizesOf(graph, input, height, width)],
            attributes,
          );
  graph.push(made, input.channels, height, width);
};

const norm: Step = (graph, input, { a }) => {
  const { name, channels, height, width } = input;
  const kind = a % 4;
  if (kind === 0) {
    const parts = [graph.positive([channels]), graph.normal([channels], 0.2)];
    graph.push(
      graph.node('InstanceNormalization', [name, ...parts], { epsilon: float(1e-4) }),
      channels,
      height,
      width,
    );
  } else if (kind === 1) {
    const groups = channels % 2 === 0 ? 2 : 1;
    const ones = graph.floats(...new Array<number>(groups).fill(1));
    const zeros = graph.floats(...new Array<number>(groups).fill(0));
    const grouped = graph.node('Reshape', [name, graph.whole(0, groups, -1)]);
    const normalized = graph.node('InstanceNormalization', [grouped, ones, zeros], { epsilon: float(1e-4) });
    const shaped = graph.node('Reshape', [normalized, graph.node('Shape', [name])]);
    const scaled = graph.node('Mul', [shaped, graph.positive([channels, 1, 1])]);
    graph.push(graph.node('Add', [scaled, graph.normal([channels, 1, 1], 0.2)]), channels, height, width);
  } else if (kind === 2 && graph.opset >= 17) {
    const last = graph.node('Transpose', [name], { perm: [0, 2, 3, 1] });
    const parts = [graph.positive([channels]), graph.normal([channels], 0.2)];
    const normalized = graph.node('LayerNormalization', [last, ...parts], { axis: -1, epsilon: float(1e-4) });
    const product = graph.node('MatMul', [normalized, graph.normal([channels, channels], 0.4)]);
    graph.push(graph.node('Transpose', [product], { perm: [0, 3, 1, 2] }), channels, height, width);
  } else if (kind === 3) {
    const attributes = { size: chosen([3, 5, 1], a), alpha: float(0.1), beta: float(0.75), bias: float(1) };
    graph.push(graph.node('LRN', [name], attributes), channels, height, width);
  }
};

/** One kernel of two convolutions, the second on what the first made or on the same map. */
const twice: Step = (graph, input, { a }) => {
  const { name, channels, height, width } = input;
  const weight = graph.normal([channels, channels, 3, 3], 0.2);
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
  const first = graph.node('Conv', [name, weight], attributes);
  const second = graph.node(
    'Conv',
    [a % 2 === 0 ? first : name, weight, graph.normal([channels], 0.2)],
    attributes,
  );
  graph.push(graph.node('Add', [first, second]), channels, height, width);
};

export const BODY: Readonly<Record<string, Step>> = {
  conv,
  conv2: conv,
  conv3: conv,
  convTranspose,
  activation,
  activation2: activation,
  activation3: activation,
  pool,
  globals,
  picked,
  reduction,
  join,
  gate,
  concat,
  split,
  shuffle,
  pad,
  slice,
  focus,
  blocks,
  resize,
  norm,
  twice,
};

function flattened(graph: GraphDraft, { name, channels, height, width }: Map2d, a: number): [string, number] {
  const features = channels * height * width;
  if (a % 3 === 0) return [graph.node('Flatten', [name], { axis: 1 }), features];
  if (a % 3 === 1) return [graph.node('Reshape', [name, graph.whole(0, -1)]), features];
  // As exporters write a view by the size of the batch.
  const batch = graph.node('Gather', [graph.node('Shape', [name]), graph.whole(0)], { axis: 0 });
  const shape = graph.node('Concat', [batch, graph.whole(-1)], { axis: 0 });
  return [graph.node('Reshape', [name, shape]), features];
}

export const ENDS: Readonly<Record<string, Step>> = {
  map: (graph, { name }) => {
    graph.node('Relu', [name]);
  },
  gemm: (graph, input, { a, b }) => {
    const [flat, features] = flattened(graph, input, a);
    const units = 1 + (b % 7);
    const logits =
      b % 2 === 0
        ? graph.node('Gemm', [flat, graph.normal([units, features], 0.2), graph.normal([units], 0.2)], {
            transB: 1,
          })
        : graph.node('Add', [
            graph.node('MatMul', [flat, graph.normal([features, units], 0.2)]),
            graph.normal([units], 0.2),
          ]);
    const end = chosen(['Softmax', 'LogSoftmax', 'Sigmoid', ''], a);
    if (end === 'Sigmoid') graph.node(end, [logits]);
    else if (end !== '') graph.node(end, [logits], { axis: 1 });
  },
  pooled: (graph, { name, channels }, { a, b }) => {
    const pooled = graph.node('GlobalAveragePool', [name]);
    const flat = graph.node('Flatten', [pooled], { axis: 1 });
    const units = 2 + (b % 5);
    const logits = graph.node('Gemm', [flat, graph.normal([units, channels], 0.3)], { transB: 1 });
    if (a % 2 === 0) graph.node('Softmax', [logits], { axis: -1 });
  },
  labels: (graph, { name }, { a }) => {
    graph.node('ArgMax', [name], { axis: 1, keepdims: a % 2 });
  },
  last: (graph, { name, channels, height, width }) => {
    // In a cube of values nothing tells which sizes are the channels.
    if (channels !== height || height !== width) graph.node('Transpose', [name], { perm: [0, 2, 3, 1] });
  },
};
