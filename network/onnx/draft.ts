// A network in the making while an ONNX graph is read: layers, weights, and tensors that are no layer yet.
import { UserError } from '../../records/user-error.ts';
import { checkChannelCount, checkValueCount } from '../channel-limit.ts';
import type { Layer } from '../layer.ts';
import { outputShape, type Shape } from '../shapes.ts';
import { unblocked } from './blocks.ts';
import { type Fail, unreadable } from './fail.ts';
import { asLayerName } from './layer-name.ts';
import type { LayerWeights, LazyValues } from './lazy-weights.ts';
import { affineOp } from './onnx-form.ts';
import { cutsBehind, isLong, type Pending, stepsOf } from './pending.ts';
import { Roundings } from './roundings.ts';
import { type KnownFunction, recognized, type ScalarFunction } from './scalar-functions.ts';
import { SharedSources } from './shared-sources.ts';
import { withStoredParts } from './stored-parts.ts';
import type { Constant } from './tensors.ts';
import { isChannels, isWhole, shuffleGroups, type Tensor, type View, viewText, whole } from './view.ts';

export type Value = Constant | Tensor | Pending;

const UNARRANGED = 'dimensions that our layers have: N×C×H×W, N×H×W×C or N×features';
const SIMPLIFY = 'export the model without it';

/** Null for what is refused. */
function possible<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** What is read so far: layers of ours, their weights, and what each ONNX tensor is to them. */
export class Draft {
  readonly layers: Layer[] = [];
  readonly weights = new Map<string, LazyValues>();
  readonly values = new Map<string, Value>();
  private readonly shapes = new Map<string, Shape>();
  private readonly kinds = new Map<string, Layer['kind']>();
  private readonly names = new Set<string>();
  readonly sources = new SharedSources();
  readonly roundings = new Roundings();
  /** Batch norms that only scale and offset. */
  readonly scaling = new Set<string>();
  private channels = 0;
  /** Layers that arrange a tensor for ONNX's operators, by what they make of it. */
  readonly arrangedForOps = new Map<string, string>();
  private readonly flattened = new Map<string, string>();
  private readonly shuffled = new Map<string, string>();
  /** Elements of the batch dimension: the file's, or a number that stands for any. */
  readonly batch: number;
  /** That number, where it stands for any. */
  readonly anyBatch: number | null;

  constructor(batch: number, isAny: boolean) {
    this.batch = batch;
    this.anyBatch = isAny ? batch : null;
  }

  /** A name for a layer of ours that tf.layers and ONNX take, and that is free. */
  nameFor(text: string): string {
    const base = asLayerName(text) || 'layer';
    let name = base;
    for (let n = 1; this.names.has(name); n++) name = `${base}_${n}`;
    this.names.add(name);
    return name;
  }

  shapeOf(layer: string): Shape {
    return this.shapes.get(layer) as Shape;
  }

  kindOf(layer: string): Layer['kind'] | undefined {
    return this.kinds.get(layer);
  }

  /** Appends a layer; `weights` by part. Returns its name. */
  add(given: Layer, floats: LayerWeights = {}): string {
    const shape = outputShape(
      given,
      given.inputs.map((name) => this.shapeOf(name)),
    );
    const { layer, weights } = withStoredParts(given, shape.channels, floats);
    if (layer.kind !== 'op' && layer.inputs.some((input) => this.kindOf(input) === 'arg-max'))
      throw unreadable(layer);
    this.channels += shape.channels;
    checkChannelCount(this.channels, layer);
    checkValueCount(shape, layer);
    this.layers.push(layer);
    this.shapes.set(layer.name, shape);
    this.kinds.set(layer.name, layer.kind);
    for (const [part, given] of Object.entries(weights)) {
      const lazy: LazyValues =
        given instanceof Float32Array ? { length: given.length, make: () => given } : given;
      const name = `${layer.name}/${part}`;
      this.weights.set(name, lazy);
      this.sources.note(lazy, `${layer.kind} ${part}`, name);
    }
    return layer.name;
  }

  /** The tensor of a layer as ONNX has it: channels first, or last where its input was so. */
  tensor(layer: string, order: 'first' | 'last' = 'first'): Tensor {
    const { height, width, channels, flat } = this.shapeOf(layer);
    const batch = whole('N', this.batch);
    const pixels = [whole('H', height), whole('W', width)];
    const features = whole('C', channels);
    const view = flat
      ? [batch, features]
      : order === 'first'
        ? [batch, features, ...pixels]
        : [batch, ...pixels, features];
    return { kind: 'tensor', layer, view };
  }

  /** The layers that compute a value, if they are not there yet. */
  made(value: Tensor | Pending): Tensor {
    return value.kind === 'pending' ? value.make() : value;
  }

  /** Its dimensions as ONNX sees them. */
  viewOf(value: Tensor | Pending): View {
    return value.kind === 'pending' ? value.base.view : value.view;
  }

  /**
   * A function of each element, as one layer where there is one; else the layers of what comes before, and of the step.
   * @param otherwise the step where no layer computes it alone
   */
  scalar(
    name: string,
    given: Tensor | Pending,
    step: ScalarFunction,
    otherwise: (tensor: Tensor) => Tensor,
  ): Value {
    const before = isLong(stepsOf(given) + 1) ? this.made(given) : given;
    const base = before.kind === 'pending' ? before.base : before;
    const inner = before.kind === 'pending' ? before.apply : (x: number) => x;
    return this.pending({
      name,
      base,
      apply: (x) => step(inner(x)),
      steps: stepsOf(before) + 1,
      cuts: cutsBehind(before, step),
      fallback: () => {
        const tensor = this.made(before);
        const known = recognized(step);
        if (known !== null) return this.function(name, tensor, known);
        return otherwise(tensor);
      },
    });
  }

  /** @param fallback the layers where no single one computes the function, nor what comes behind a cut */
  pending({ fallback, ...of }: Omit<Pending, 'kind' | 'make'> & { fallback: () => Tensor }): Pending {
    let done: Tensor | undefined;
    const made = (): Tensor => {
      const known = recognized(of.apply);
      if (known !== null) return this.function(of.name, of.base, known);
      for (const [cut, apply] of of.cuts) {
        const behind = recognized(apply);
        const before = behind === null ? null : possible(cut.make);
        // What lies between may have been seen in other dimensions.
        if (behind !== null && before !== null)
          return this.function(of.name, { ...before, view: of.base.view }, behind);
      }
      return fallback();
    };
    return { kind: 'pending', ...of, make: () => (done ??= made()) };
  }

  private function(name: string, base: Tensor, known: KnownFunction): Tensor {
    if (known.kind === 'identity') return base;
    if (known.kind === 'affine' && base.isOp === true)
      return affineOp(this, name, base, known.scale, known.offset);
    if (known.kind === 'affine') {
      const { channels } = this.shapeOf(base.layer);
      const of = (value: number) => new Float32Array(channels).fill(value);
      return this.affine(name, base, of(known.scale), of(known.offset));
    }
    const layer = this.add({ ...known, name: this.nameFor(name), inputs: [base.layer] });
    return { ...base, layer };
  }

  /** scale · x + offset per channel of the layer: a bias, or a batch norm that only scales. */
  affine(name: string, base: Tensor, scale: Float32Array, offset: Float32Array): Tensor {
    const own = this.nameFor(name);
    const inputs = [base.layer];
    if (scale.every((value) => value === 1)) {
      return { ...base, layer: this.add({ kind: 'bias-add', name: own, inputs }, { bias: offset }) };
    }
    const parts = {
      gamma: scale,
      beta: offset,
      moving_mean: new Float32Array(scale.length),
      moving_variance: new Float32Array(scale.length).fill(1),
    };
    const layer = this.add({ kind: 'batch-norm', name: own, inputs, epsilon: 0, scale: true }, parts);
    this.scaling.add(layer);
    return { ...base, layer };
  }

  /** The same values with all that is not batch as channels of a flat layer, in whatever order. */
  flat(value: Tensor, fail: Fail): Tensor {
    const { height, width, channels, flat } = this.shapeOf(value.layer);
    if (flat) return value;
    let layer = this.flattened.get(value.layer);
    if (layer === undefined) {
      layer = this.add({
        kind: 'flatten',
        name: this.nameFor(`${value.layer}/flat`),
        inputs: [value.layer],
      });
      this.flattened.set(value.layer, layer);
    }
    const strides = { N: 1, C: 1, W: channels, H: channels * width };
    const view = value.view.map((parts) =>
      parts.map((part) =>
        part.axis === 'N' ? part : { ...part, axis: 'C' as const, stride: part.stride * strides[part.axis] },
      ),
    );
    if (height * width * channels !== this.shapeOf(layer).channels)
      return fail('a broken view', UNARRANGED, SIMPLIFY);
    return { kind: 'tensor', layer, view };
  }

  /** The layer with its channels in the order of one dimension, shuffled if they are not. */
  ordered(value: Tensor, dimension: number, fail: Fail): string {
    const parts = value.view[dimension] ?? [];
    const { channels } = this.shapeOf(value.layer);
    const groups = shuffleGroups(parts);
    if (groups === 1) return value.layer;
    if (groups === null || channels % groups !== 0) {
      return fail(`channels in an order that no shuffle of groups makes`, 'one shuffle', SIMPLIFY);
    }
    return this.shuffle(value.layer, groups);
  }

  shuffle(layer: string, groups: number): string {
    const key = `${groups} ${layer}`;
    let made = this.shuffled.get(key);
    if (made === undefined) {
      const name = this.nameFor(`${layer}/shuffle`);
      made = this.add({ kind: 'channel-shuffle', name, inputs: [layer], groups });
      this.shuffled.set(key, made);
    }
    return made;
  }

  /**
   * A layer whose tensor, as ours are, is the value as ONNX sees it, with its channels first, last, or without pixels
   * (rank 2, or a vector among maps).
   */
  arranged(value: Tensor, fail: Fail): { layer: string; order: 'first' | 'last' | 'flat' } {
    const [batch = [], ...rest] = value.view;
    const wrong = () =>
      fail(
        `a tensor of ${viewText(value.view)} whose elements are arranged in another way than its layer's`,
        UNARRANGED,
        SIMPLIFY,
      );
    if (!isWhole(batch, 'N', this.batch)) return wrong();
    if (rest.length === 1) {
      const flat = this.flat(value, fail);
      return { layer: this.ordered(flat, 1, fail), order: 'flat' };
    }
    if (rest.length !== 3) return wrong();
    const found = this.whole(value, fail);
    if (found !== null) return found;
    const blocks = unblocked(this, value, fail);
    return (blocks === null ? null : this.whole(blocks, fail)) ?? wrong();
  }

  /**
   * The tensor with all of its channels, and its rows and columns, in dimensions of their own, if a layer can make it so:
   * a vector flat, blocks of pixels beside the channels.
   */
  plain(value: Tensor, fail: Fail): Tensor {
    if (value.view.length === 2) return this.flat(value, fail);
    if (value.view.length !== 4 || this.orderOf(value) !== null) return value;
    return unblocked(this, value, fail) ?? value;
  }

  /** Where the channels of a map are, all of whose axes are dimensions; null for any other. */
  private orderOf(value: Tensor): 'first' | 'last' | null {
    const { height, width, channels } = this.shapeOf(value.layer);
    const [, first = [], second = [], third = []] = value.view;
    const holds = (c: typeof first, h: typeof first, w: typeof first) =>
      isChannels(c, channels) && isWhole(h, 'H', height) && isWhole(w, 'W', width);
    if (holds(first, second, third)) return 'first';
    return holds(third, first, second) ? 'last' : null;
  }

  /** A map all of whose axes are dimensions. */
  private whole(value: Tensor, fail: Fail): { layer: string; order: 'first' | 'last' } | null {
    const order = this.orderOf(value);
    return order === null ? null : { layer: this.ordered(value, order === 'first' ? 1 : 3, fail), order };
  }
}
