// Tidies the layers that were read into those we would write.
import { isQuantized, isRounded } from '../element-types.ts';
import type { Layer } from '../layer.ts';
import { sharedAmong } from '../shared-weights.ts';
import type { LazyValues } from './lazy-weights.ts';
import { withRoundingsPassedOn } from './pass-roundings.ts';

interface Draft {
  readonly layers: readonly Layer[];
  readonly outputs: readonly string[];
  readonly weights: ReadonlyMap<string, LazyValues>;
  readonly shared: Readonly<Record<string, string>>;
  /** Batch norms that only scale and offset: their means are 0 and their variances 1. */
  readonly scaling: ReadonlySet<string>;
  /** Layers that only round to 8 bits. */
  readonly rounding: ReadonlySet<string>;
}

const TAKES_BIAS: ReadonlySet<Layer['kind']> = new Set([
  'conv2d',
  'conv2d-transpose',
  'depthwise-conv2d',
  'dense',
]);

/** Layers that an output needs, and the inputs. */
function needed({ layers, outputs }: Draft): Layer[] {
  const wanted = new Set(outputs);
  for (const layer of layers.toReversed()) {
    if (wanted.has(layer.name)) for (const input of layer.inputs) wanted.add(input);
  }
  return layers.filter(({ name, kind }) => kind === 'input' || wanted.has(name));
}

const TAKES_OFFSET: ReadonlySet<Layer['kind']> = new Set(['batch-norm', 'group-norm', 'layer-norm']);
const TAKES_SCALE: ReadonlySet<Layer['kind']> = new Set(['group-norm', 'layer-norm']);

/** Channels permuted as a shuffle of groups does it, `run` values at a time. */
function shuffled(values: Float32Array, channels: number, groups: number): Float32Array {
  const perGroup = channels / groups;
  return values.map((_, at) => {
    const channel = at % channels;
    const from = (channel % groups) * perGroup + Math.floor(channel / groups);
    return values[at - channel + from] as number;
  });
}

/**
 * The layers as we would write them: a constant added behind a convolution is its bias, and behind a norm part of β; a
 * constant times a group or layer norm is part of its γ; a global pooling that is only flattened makes a vector itself; filters are in the order that a pixel shuffle
 * wants them; a rounding is of the layer whose values it rounds; what nothing needs is gone.
 */
export function tidied(draft: Draft): {
  layers: Layer[];
  outputs: string[];
  weights: Map<string, LazyValues>;
  shared: Record<string, string>;
} {
  const layers = needed(draft);
  const weights = new Map(draft.weights);
  const changed = new Set<string>();
  /** Changes weights when they are asked for. */
  const change = (name: string, length: number, how: (values: Float32Array) => Float32Array) => {
    const old = weights.get(name);
    changed.add(name);
    weights.set(name, { length, make: () => how(old?.make() ?? new Float32Array(length)) });
  };
  const plus = (added: LazyValues) => (values: Float32Array) => {
    const more = added.make();
    return values.map((value, c) => value + (more[c] as number));
  };
  const times = (factors: LazyValues) => (values: Float32Array) => {
    const by = factors.make();
    return values.map((value, c) => value * (by[c] as number));
  };
  const stands = new Map<string, string>();
  const readers = new Map<string, Layer[]>();
  for (const layer of layers) {
    for (const input of layer.inputs) readers.set(input, [...(readers.get(input) ?? []), layer]);
  }
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const outputs = new Set(draft.outputs);
  const standing = (name: string): string => stands.get(name) ?? name;
  const only = (name: string) =>
    outputs.has(name) || readers.get(name)?.length !== 1 ? undefined : byName.get(standing(name));
  for (const layer of layers) {
    const { name, kind, inputs } = layer;
    const [input = ''] = inputs;
    const before = byName.get(standing(input));
    if (before === undefined) continue;
    const replaced = (layer: Layer) => {
      byName.set(layer.name, layer);
      stands.set(name, layer.name);
    };
    // Neither whole numbers nor what is rounded to them take anything more in.
    const isOpen = !isRounded(before) && only(input) !== undefined;
    if (draft.rounding.has(name) && isOpen && before.kind !== 'arg-max') {
      for (const part of ['output_scale', 'output_zero']) {
        weights.set(`${before.name}/${part}`, weights.get(`${name}/${part}`) as LazyValues);
        weights.delete(`${name}/${part}`);
      }
      replaced({ ...before, types: { ...before.types, ...layer.types } });
      continue;
    }
    if (kind === 'bias-add' && isOpen && before.types?.bias === undefined) {
      const bias = weights.get(`${name}/bias`) as LazyValues;
      const target = TAKES_BIAS.has(before.kind) ? 'bias' : TAKES_OFFSET.has(before.kind) ? 'beta' : null;
      if (target !== null) {
        change(`${before.name}/${target}`, bias.length, plus(bias));
        weights.delete(`${name}/bias`);
        replaced((target === 'bias' ? { ...before, useBias: true } : before) as Layer);
      }
    }
    if (draft.scaling.has(name) && TAKES_SCALE.has(before.kind) && isOpen) {
      const scale = weights.get(`${name}/gamma`) as LazyValues;
      const offset = weights.get(`${name}/beta`) as LazyValues;
      for (const part of ['gamma', 'beta']) change(`${before.name}/${part}`, scale.length, times(scale));
      change(`${before.name}/beta`, offset.length, plus(offset));
      for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance'])
        weights.delete(`${name}/${part}`);
      replaced(before);
    }
    const flattens = (layer: Layer) => layer.kind === 'flatten';
    if (
      kind === 'flatten' &&
      before.kind === 'global-avg-pool' &&
      !outputs.has(input) &&
      readers.get(input)?.every(flattens)
    ) {
      const { kind: same, name: own, inputs: read, types } = before;
      replaced({ kind: same, name: own, inputs: read, ...(types && { types }) });
    }
    const isOfFilters = before.kind === 'conv2d' && (before.groups ?? 1) === 1 && !isQuantized(before);
    const shuffle = byName.get(name);
    if (shuffle?.kind === 'channel-shuffle' && isOfFilters && only(input) !== undefined) {
      const next = readers.get(name) ?? [];
      if (!outputs.has(name) && next.length > 0 && next.every((layer) => layer.kind === 'depth-to-space')) {
        for (const part of ['kernel', 'bias']) {
          const key = `${before.name}/${part}`;
          const length = weights.get(key)?.length;
          const { groups } = shuffle;
          if (length !== undefined) change(key, length, (values) => shuffled(values, before.filters, groups));
        }
        replaced(before);
      }
    }
  }
  const left = layers
    .filter(({ name }) => !stands.has(name))
    .map(({ name }) => {
      const layer = byName.get(name) as Layer;
      return { ...layer, inputs: layer.inputs.map(standing) } as Layer;
    });
  const tidy = withRoundingsPassedOn(left, weights);
  const { shared = {} } = sharedAmong(draft, tidy, (weight) => !changed.has(weight));
  return { layers: tidy, outputs: draft.outputs.map(standing), weights, shared };
}
