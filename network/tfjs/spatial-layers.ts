// Layers of tfjs over height and width: inputs, pools, zeros around, upsampling.
import { z } from 'zod';
import { channelsLast, flag, layerOptions, padding, size2d, unsupportedOption } from './layer-options.ts';
import type { LayerReader } from './network-draft.ts';

const inputOptions = z.strictObject({
  batch_input_shape: z.array(z.int().positive().nullable()),
  sparse: z.literal(false).optional(),
  ragged: z.literal(false).optional(),
});

/** A vector is read as a map of one pixel, flattened: inputs of ours are maps. */
const input: LayerReader = (site) => {
  const { batch_input_shape: shape } = layerOptions(site.layer, inputOptions);
  const sizes = shape.slice(1).filter((size) => size !== null);
  const { name } = site;
  const [height = 1, width = 1, channels = 1] = sizes.length === 1 ? [1, 1, ...sizes] : sizes;
  if (sizes.length + 1 !== shape.length || (sizes.length !== 1 && sizes.length !== 3)) {
    const expected = '[null, height, width, channels] or [null, channels], with sizes';
    unsupportedOption(site.layer, 'batch_input_shape', shape, expected);
  }
  const map = site.add({ kind: 'input', name, inputs: [], height, width, channels });
  return sizes.length === 3 ? map : site.add({ kind: 'flatten', name: `${name}/flatten`, inputs: [map] });
};

const poolOptions = z.strictObject({
  pool_size: size2d.default([2, 2]),
  strides: size2d.optional(),
  padding,
  data_format: channelsLast,
});

const pool =
  (kind: 'max-pool' | 'avg-pool'): LayerReader =>
  (site) => {
    const { pool_size: poolSize, strides = poolSize, padding } = layerOptions(site.layer, poolOptions);
    return site.add({ kind, name: site.name, inputs: [site.map], poolSize, strides, padding });
  };

const globalPoolOptions = z.strictObject({ data_format: channelsLast, keepdims: flag.default(false) });

const globalPool: LayerReader = (site) => {
  const { keepdims } = layerOptions(site.layer, globalPoolOptions);
  const kept = keepdims ? { keepDims: true } : {};
  return site.add({ kind: 'global-avg-pool', name: site.name, inputs: [site.map], ...kept });
};

const pixels = z.int().nonnegative();
const ends = z.preprocess(
  (value) => (typeof value === 'number' ? [value, value] : value),
  z.tuple([pixels, pixels]),
);
const padOptions = z.strictObject({
  padding: z
    .preprocess((value) => (typeof value === 'number' ? [value, value] : value), z.tuple([ends, ends]))
    .default([
      [1, 1],
      [1, 1],
    ]),
  data_format: channelsLast,
});

const pad: LayerReader = (site) => {
  const [[top, bottom], [left, right]] = layerOptions(site.layer, padOptions).padding;
  const padding = { top, bottom, left, right };
  return site.add({ kind: 'pad', name: site.name, inputs: [site.map], padding });
};

const upsampleOptions = z.strictObject({
  size: size2d.default([2, 2]),
  interpolation: z
    .literal('nearest', 'expected "nearest": the pixel centres of tf.layers are not those of any engine')
    .default('nearest'),
  data_format: channelsLast,
});

const upsample: LayerReader = (site) => {
  const { size: factor, interpolation } = layerOptions(site.layer, upsampleOptions);
  return site.add({ kind: 'upsample', name: site.name, inputs: [site.map], factor, interpolation });
};

/** Layers of height and width. */
export const SPATIAL_READERS: Readonly<Record<string, LayerReader>> = {
  InputLayer: input,
  MaxPooling2D: pool('max-pool'),
  AveragePooling2D: pool('avg-pool'),
  GlobalAveragePooling2D: globalPool,
  ZeroPadding2D: pad,
  UpSampling2D: upsample,
};
