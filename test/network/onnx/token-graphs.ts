import { GraphMaker, INT64 } from './graph-maker.ts';

export interface Sizes {
  /** Features of a token. */
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
  /** Features between the two layers of an MLP. */
  readonly hidden: number;
}

/** How exporters write what has an operator of its own since some opset. */
export interface Form {
  readonly norms: 'fused' | 'spelled';
  readonly gelu: 'erf' | 'tanh';
}

export const FUSED: Form = { norms: 'fused', gelu: 'erf' };
export const SPELLED: Form = { norms: 'spelled', gelu: 'tanh' };

/** Tokens in a graph in the making. */
class Tokens {
  readonly graph: GraphMaker;
  readonly sizes: Sizes;
  readonly form: Form;

  constructor(graph: GraphMaker, sizes: Sizes, form: Form) {
    this.graph = graph;
    this.sizes = sizes;
    this.form = form;
  }

  norm(x: string): string {
    const { graph, sizes } = this;
    const [gamma, beta] = [graph.weight(sizes.width), graph.weight(sizes.width)];
    if (this.form.norms === 'fused')
      return graph.node('LayerNormalization', [x, gamma, beta], { axis: -1, epsilon: { float: 1e-6 } });
    const centred = graph.node('Sub', [x, graph.node('ReduceMean', [x], { axes: [-1] })]);
    const squares = graph.node('Pow', [centred, graph.number(2)]);
    const variance = graph.node('ReduceMean', [squares], { axes: [-1] });
    const deviation = graph.node('Sqrt', [graph.node('Add', [variance, graph.number(1e-6)])]);
    const scaled = graph.node('Mul', [graph.node('Div', [centred, deviation]), gamma]);
    return graph.node('Add', [scaled, beta]);
  }

  dense(x: string, inputs: number, outputs: number): string {
    const { graph } = this;
    return graph.node('Add', [
      graph.weight(outputs),
      graph.node('MatMul', [x, graph.weight(inputs, outputs)]),
    ]);
  }

  gelu(x: string): string {
    const { graph } = this;
    if (this.form.gelu === 'erf') {
      const erf = graph.node('Erf', [graph.node('Div', [x, graph.number(Math.SQRT2)])]);
      const product = graph.node('Mul', [x, graph.node('Add', [erf, graph.number(1)])]);
      return graph.node('Mul', [product, graph.number(0.5)]);
    }
    const cube = graph.node('Mul', [graph.node('Pow', [x, graph.number(3)]), graph.number(0.044715)]);
    const inner = graph.node('Mul', [graph.node('Add', [x, cube]), graph.number(Math.sqrt(2 / Math.PI))]);
    const gate = graph.node('Add', [graph.node('Tanh', [inner]), graph.number(1)]);
    return graph.node('Mul', [graph.node('Mul', [x, graph.number(0.5)]), gate]);
  }

  mlp(x: string): string {
    const { width, hidden } = this.sizes;
    return this.dense(this.gelu(this.dense(x, width, hidden)), hidden, width);
  }

  /** softmax(q · kᵀ / √d + mask) · v, all heads in one product. */
  attention(q: string, k: string, v: string, tokens: number, mask?: string): string {
    const { graph, sizes } = this;
    const scale = graph.number(1 / Math.sqrt(sizes.width / sizes.heads));
    const turned = graph.node('Transpose', [k], { perm: [0, 1, 3, 2] });
    const scores = graph.node('Mul', [graph.node('MatMul', [q, turned]), scale]);
    const masked = mask === undefined ? scores : graph.node('Add', [scores, mask]);
    const mixed = graph.node('MatMul', [graph.node('Softmax', [masked], { axis: -1 }), v]);
    const joined = graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    return graph.node('Reshape', [joined, graph.shape(-1, tokens, sizes.width)]);
  }

  /** As timm has it: queries, keys and values of one product. */
  joinedAttention(x: string, tokens: number): string {
    const { graph, sizes } = this;
    const { width, heads } = sizes;
    const all = this.dense(x, width, 3 * width);
    const split = graph.node('Reshape', [all, graph.shape(-1, tokens, 3, heads, width / heads)]);
    const turned = graph.node('Transpose', [split], { perm: [2, 0, 3, 1, 4] });
    const [q, k, v] = [0, 1, 2].map((index) =>
      graph.node('Gather', [turned, graph.numbers([], [index])], { axis: 0 }),
    ) as [string, string, string];
    return this.dense(this.attention(q, k, v, tokens), width, width);
  }

  /** As BERT has it: three products. */
  separateAttention(x: string, tokens: number, mask: string): string {
    const { graph, sizes } = this;
    const { width, heads } = sizes;
    const [q, k, v] = [0, 1, 2].map(() => {
      const own = graph.node('Reshape', [
        this.dense(x, width, width),
        graph.shape(-1, tokens, heads, width / heads),
      ]);
      return graph.node('Transpose', [own], { perm: [0, 2, 1, 3] });
    }) as [string, string, string];
    return this.dense(this.attention(q, k, v, tokens, mask), width, width);
  }
}

export interface VisionSizes extends Sizes {
  readonly image: number;
  readonly patch: number;
  readonly classes: number;
}

/** A vision transformer (arXiv 2010.11929) as PyTorch exports it at batch 1. */
export function visionTransformer(sizes: VisionSizes, form = FUSED, isHollow = false): Uint8Array {
  const { width, blocks, image, patch, classes } = sizes;
  const graph = new GraphMaker(isHollow);
  const tokens = new Tokens(graph, sizes, form);
  const count = (image / patch) ** 2 + 1;
  const input = graph.input('image', [1, 3, image, image]);
  const filters = [graph.weight(width, 3, patch, patch), graph.weight(width)];
  const map = graph.node('Conv', [input, ...filters], {
    kernel_shape: [patch, patch],
    strides: [patch, patch],
  });
  const flat = graph.node('Reshape', [map, graph.shape(1, width, count - 1)]);
  const patches = graph.node('Transpose', [flat], { perm: [0, 2, 1] });
  const all = graph.node('Concat', [graph.weight(1, 1, width), patches], { axis: 1 });
  let x = graph.node('Add', [all, graph.weight(1, count, width)]);
  for (let block = 0; block < blocks; block++) {
    x = graph.node('Add', [x, tokens.joinedAttention(tokens.norm(x), count)]);
    x = graph.node('Add', [x, tokens.mlp(tokens.norm(x))]);
  }
  const first = graph.node('Gather', [tokens.norm(x), graph.numbers([], [0])], { axis: 1 });
  const head = [graph.weight(classes, width), graph.weight(classes)];
  return graph.model([graph.node('Gemm', [first, ...head], { transB: 1 })]);
}

export interface TextSizes extends Sizes {
  readonly words: number;
  readonly positions: number;
}

/** BERT's encoder (arXiv 1810.04805) and pooler, its batch and sequence open, as PyTorch exports it. */
export function bert(sizes: TextSizes, form = FUSED, isHollow = false): Uint8Array {
  const { width, blocks, words, positions } = sizes;
  const graph = new GraphMaker(isHollow);
  const tokens = new Tokens(graph, sizes, form);
  const [ids, mask, kinds] = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
    graph.input(name, ['batch', 'seq'], INT64),
  ) as [string, string, string];
  const length = graph.node('Gather', [graph.node('Shape', [ids]), graph.numbers([], [1])], { axis: 0 });
  const end = graph.node('Unsqueeze', [length, graph.shape(0)]);
  const all = graph.numbers(
    [1, positions],
    Array.from({ length: positions }, (_, i) => i),
  );
  const places = graph.node('Slice', [all, graph.shape(0), end, graph.shape(1)]);
  const embedded = graph.node('Gather', [graph.weight(words, width), ids]);
  const ofKind = graph.node('Gather', [graph.weight(2, width), kinds]);
  const ofPlace = graph.node('Gather', [graph.weight(positions, width), places]);
  let x = tokens.norm(graph.node('Add', [graph.node('Add', [embedded, ofKind]), ofPlace]));
  const wide = graph.node('Unsqueeze', [graph.node('Unsqueeze', [mask, graph.shape(1)]), graph.shape(2)]);
  const seen = graph.node('Cast', [wide], { to: 1 });
  const hidden = graph.node('Mul', [graph.node('Sub', [graph.number(1), seen]), graph.number(-1e4)]);
  // −1 of a reshape is the batch; 0 keeps the sequence.
  for (let block = 0; block < blocks; block++) {
    x = tokens.norm(graph.node('Add', [tokens.separateAttention(x, 0, hidden), x]));
    x = tokens.norm(graph.node('Add', [tokens.mlp(x), x]));
  }
  const first = graph.node('Gather', [x, graph.numbers([], [0])], { axis: 1 });
  const pooled = graph.node('Gemm', [first, graph.weight(width, width), graph.weight(width)], { transB: 1 });
  return graph.model([x, graph.node('Tanh', [pooled])]);
}

export interface MapSizes {
  readonly image: number;
  readonly widths: readonly number[];
  readonly depths: readonly number[];
  readonly classes: number;
}

/** ConvNeXt (arXiv 2201.03545) as PyTorch exports it, its batch open. */
export function convNext(
  { image, widths, depths, classes }: MapSizes,
  form = FUSED,
  isHollow = false,
): Uint8Array {
  const graph = new GraphMaker(isHollow);
  const last = (x: string) => graph.node('Transpose', [x], { perm: [0, 2, 3, 1] });
  const first = (x: string) => graph.node('Transpose', [x], { perm: [0, 3, 1, 2] });
  const tokensOf = (width: number) =>
    new Tokens(graph, { width, heads: 1, blocks: 0, hidden: 4 * width }, form);
  const conv = (x: string, inputs: number, outputs: number, size: number) =>
    graph.node('Conv', [x, graph.weight(outputs, inputs, size, size), graph.weight(outputs)], {
      kernel_shape: [size, size],
      strides: [size, size],
    });
  let channels = 3;
  let x = graph.input('image', ['batch', 3, image, image]);
  widths.forEach((width, stage) => {
    const normed = stage === 0 ? x : first(tokensOf(channels).norm(last(x)));
    x = conv(normed, channels, width, stage === 0 ? 4 : 2);
    if (stage === 0) x = first(tokensOf(width).norm(last(x)));
    for (let block = 0; block < (depths[stage] as number); block++) {
      const filters = [graph.weight(width, 1, 7, 7), graph.weight(width)];
      const mixed = graph.node('Conv', [x, ...filters], {
        kernel_shape: [7, 7],
        pads: [3, 3, 3, 3],
        group: width,
      });
      const tokens = tokensOf(width);
      const made = graph.node('Mul', [tokens.mlp(tokens.norm(last(mixed))), graph.weight(width)]);
      x = graph.node('Add', [x, first(made)]);
    }
    channels = width;
  });
  const pooled = graph.node('ReduceMean', [x], { axes: [2, 3], keepdims: 0 });
  const normed = tokensOf(channels).norm(pooled);
  const head = [graph.weight(classes, channels), graph.weight(classes)];
  return graph.model([graph.node('Gemm', [normed, ...head], { transB: 1 })]);
}
