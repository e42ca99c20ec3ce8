// How alike two layers of two networks are, whatever their names.
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Layer } from '../../network/layer.ts';
import type { Network } from '../../network/network.ts';
import type { Shape } from '../../network/shape.ts';

/** Of a likeness of 1: kind, map size, filter (or function), channels. */
const WEIGHTS = { kind: 0.2, map: 0.4, form: 0.25, channels: 0.15 } as const;
/** Layers less alike are not taken for the same: those of one kind and map size are, with half the channels or so. */
export const LEAST_LIKENESS = 0.65;
/** Maps of one size, in the logarithm of their share of the image: borders round. */
const SAME_MAP = 0.2;

/** A layer with what of its place in the network tells it. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly channels: number;
  /** Pixels of its output over those of the image. */
  readonly mapShare: number;
  /** What beside its kind it computes: filter and stride, or a function. */
  readonly form: string;
}

function formOf(layer: Layer): string {
  const window = 'kernelSize' in layer ? layer.kernelSize : 'poolSize' in layer ? layer.poolSize : null;
  if (window !== null && 'strides' in layer) return `${window.join('x')}/${layer.strides.join('x')}`;
  return layer.kind === 'activation' ? layer.activation : '';
}

/** The layers of a network with their places. */
export function placedLayers({ network, shapes }: Pick<ChannelPlan, 'network' | 'shapes'>): PlacedLayer[] {
  const pixels = ({ name }: Layer) => {
    const { height, width } = shapes.get(name) as Shape;
    return height * width;
  };
  const image = Math.max(1, ...imagesOf(network).map(pixels));
  return network.layers.map((layer) => ({
    layer,
    channels: (shapes.get(layer.name) as Shape).channels,
    mapShare: pixels(layer) / image,
    form: formOf(layer),
  }));
}

function imagesOf({ layers }: Network): readonly Layer[] {
  return layers.filter(({ kind }) => kind === 'input');
}

/** Between 0, for other kinds, and 1. */
export function likeness(a: PlacedLayer, b: PlacedLayer): number {
  if (a.layer.kind !== b.layer.kind) return 0;
  const isSameMap = Math.abs(Math.log(a.mapShare / b.mapShare)) < SAME_MAP;
  const channels = Math.min(a.channels, b.channels) / Math.max(a.channels, b.channels);
  return (
    WEIGHTS.kind +
    (isSameMap ? WEIGHTS.map : 0) +
    (a.form === b.form ? WEIGHTS.form : 0) +
    WEIGHTS.channels * channels
  );
}
