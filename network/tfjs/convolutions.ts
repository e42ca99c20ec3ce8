// Layers of tfjs with a kernel: convolutions of every kind, and dense layers.
import { z } from 'zod';
import type { Size2d } from '../layer.ts';
import { activated } from './activations.ts';
import {
  activation,
  channelsLast,
  count,
  flag,
  layerOptions,
  padding,
  size2d,
  undilated,
  ungrouped,
} from './layer-options.ts';
import type { LayerReader } from './network-draft.ts';

const biased = { use_bias: flag.default(true), activation };
const window = { strides: size2d.default([1, 1]), padding, data_format: channelsLast };
const filter = { ...window, kernel_size: size2d, ...biased };

const conv2dOptions = z.strictObject({
  ...filter,
  filters: count,
  groups: count.default(1),
  dilation_rate: size2d.default([1, 1]),
});
const transposeOptions = z.strictObject({
  ...filter,
  filters: count,
  groups: ungrouped,
  dilation_rate: undilated,
});
const depthwiseOptions = z.strictObject({
  ...filter,
  depth_multiplier: count.default(1),
  groups: ungrouped,
  dilation_rate: undilated,
});
const separableOptions = z.strictObject({
  ...filter,
  filters: count,
  depth_multiplier: count.default(1),
  groups: ungrouped,
  dilation_rate: size2d.default([1, 1]),
});
const denseOptions = z.strictObject({ ...biased, units: count, input_dim: count.optional() });

interface FilterOptions {
  readonly kernel_size: Size2d;
  readonly strides: Size2d;
  readonly padding: 'same' | 'valid';
}

const filterOf = ({ kernel_size: kernelSize, strides, padding }: FilterOptions) => ({
  kernelSize,
  strides,
  padding,
});
const ONE_PIXEL = { kernelSize: [1, 1], strides: [1, 1], padding: 'same' } as const;
const dilated = ([height, width]: Size2d) =>
  height === 1 && width === 1 ? {} : { dilations: [height, width] as const };
const parts = (useBias: boolean, kernel = 'kernel') => ({ kernel, ...(useBias ? { bias: 'bias' } : {}) });

const conv2d: LayerReader = (site) => {
  const options = layerOptions(site.layer, conv2dOptions);
  const { filters, groups, use_bias: useBias } = options;
  const grouped = groups === 1 ? {} : { groups };
  const made = site.add(
    {
      kind: 'conv2d',
      name: site.name,
      inputs: [site.map],
      filters,
      ...filterOf(options),
      useBias,
      ...grouped,
      ...dilated(options.dilation_rate),
    },
    parts(useBias),
  );
  return activated(site, made, options.activation);
};

const conv2dTranspose: LayerReader = (site) => {
  const options = layerOptions(site.layer, transposeOptions);
  const { filters, use_bias: useBias } = options;
  const made = site.add(
    { kind: 'conv2d-transpose', name: site.name, inputs: [site.map], filters, ...filterOf(options), useBias },
    parts(useBias),
  );
  return activated(site, made, options.activation);
};

const depthwise: LayerReader = (site) => {
  const options = layerOptions(site.layer, depthwiseOptions);
  const { depth_multiplier: multiplier, use_bias: useBias } = options;
  const made = site.add(
    {
      kind: 'depthwise-conv2d',
      name: site.name,
      inputs: [site.map],
      multiplier,
      ...filterOf(options),
      useBias,
    },
    parts(useBias, 'depthwise_kernel'),
  );
  return activated(site, made, options.activation);
};

/**
 * Two layers of ours: the pointwise one has the name, and the bias. tfjs (4.22) does not save a depth multiplier, nor
 * can it load what it saved with one other than 1; Keras saves it.
 */
const separable: LayerReader = (site) => {
  const options = layerOptions(site.layer, separableOptions);
  const { filters, depth_multiplier: multiplier, use_bias: useBias } = options;
  const first = site.add(
    {
      kind: 'depthwise-conv2d',
      name: `${site.name}/depthwise`,
      inputs: [site.map],
      multiplier,
      ...filterOf(options),
      useBias: false,
      ...dilated(options.dilation_rate),
    },
    parts(false, 'depthwise_kernel'),
  );
  const made = site.add(
    { kind: 'conv2d', name: site.name, inputs: [first], filters, ...ONE_PIXEL, useBias },
    parts(useBias, 'pointwise_kernel'),
  );
  return activated(site, made, options.activation);
};

/** On a map it works pixel by pixel: a 1×1 convolution, whose kernel has the same values in the same order. */
const dense: LayerReader = (site) => {
  const options = layerOptions(site.layer, denseOptions);
  const { units, use_bias: useBias } = options;
  const { name, input } = site;
  const common = { name, inputs: [input], useBias };
  const made = site.add(
    site.shapeOf(input).flat
      ? { kind: 'dense', ...common, units }
      : { kind: 'conv2d', ...common, filters: units, ...ONE_PIXEL },
    parts(useBias),
  );
  return activated(site, made, options.activation);
};

/** Layers with a kernel. */
export const CONVOLUTION_READERS: Readonly<Record<string, LayerReader>> = {
  Conv2D: conv2d,
  Conv2DTranspose: conv2dTranspose,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Dense: dense,
};
