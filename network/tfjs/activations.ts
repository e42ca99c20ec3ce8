// Activations of tfjs: layers that are one, and those within other layers.
import { z } from 'zod';
import { activation, axis, type ChosenActivation, layerOptions, unsupportedOption } from './layer-options.ts';
import type { LayerReader, LayerSite } from './network-draft.ts';

/** The activation as a layer of ours, if it does anything. */
function activationLayer(
  site: LayerSite,
  name: string,
  input: string,
  { activation, ...settings }: ChosenActivation,
): string {
  if (activation === 'linear') return input;
  if (activation === 'softmax') return site.add({ kind: 'softmax', name, inputs: [input] });
  if (activation === 'log-softmax') return site.add({ kind: 'softmax', name, inputs: [input], log: true });
  return site.add({ kind: 'activation', name, inputs: [input], activation, ...settings });
}

/** The activation within a layer as a layer behind it, named after both. */
export function activated(site: LayerSite, made: string, chosen: ChosenActivation): string {
  return activationLayer(site, `${site.name}/${chosen.activation}`, made, chosen);
}

/** A number; some versions of Keras wrap those that numpy had. */
const scalar = z.preprocess((value) => {
  const wrapped = z.object({ type: z.literal('ndarray'), value: z.number() }).safeParse(value);
  return wrapped.success ? wrapped.data.value : value;
}, z.number());

const activationOptions = z.strictObject({ activation });
const reluOptions = z.strictObject({
  max_value: scalar.optional(),
  negative_slope: scalar.default(0),
  threshold: z.literal(0).optional(),
});
const leakyOptions = z.strictObject({ alpha: scalar.default(0.3) });
const eluOptions = z.strictObject({ alpha: scalar.default(1) });
const preluOptions = z.strictObject({ shared_axes: z.array(z.int()).default([]) });
const softmaxOptions = z.strictObject({ axis });

const relu: LayerReader = (site) => {
  const { max_value: most, negative_slope: slope } = layerOptions(site.layer, reluOptions);
  if (slope === 0) {
    if (most === undefined) return activationLayer(site, site.name, site.input, { activation: 'relu' });
    const chosen: ChosenActivation =
      most === 6 ? { activation: 'relu6' } : { activation: 'clip', least: 0, most };
    return activationLayer(site, site.name, site.input, chosen);
  }
  if (most !== undefined) unsupportedOption(site.layer, 'negative_slope', slope, '0 beside a max_value');
  return activationLayer(site, site.name, site.input, { activation: 'leaky-relu', slope });
};

/** One slope a channel: shared by all pixels of a map. */
const prelu: LayerReader = (site) => {
  const { shared_axes: shared } = layerOptions(site.layer, preluOptions);
  const { name, input } = site;
  const { flat, height, width } = site.shapeOf(input);
  const isShared = (axis: number, size: number) => size === 1 || shared.includes(axis);
  const isPerChannel = flat
    ? shared.length === 0
    : isShared(1, height) && isShared(2, width) && !shared.includes(3);
  if (!isPerChannel) {
    const expected = flat ? 'none: a slope for each channel' : '[1, 2]: a slope for each channel';
    unsupportedOption(site.layer, 'shared_axes', shared, expected);
  }
  return site.add({ kind: 'prelu', name, inputs: [input] }, { slope: 'alpha' });
};

/** Layers that are an activation and nothing else. */
export const ACTIVATION_READERS: Readonly<Record<string, LayerReader>> = {
  Activation: (site) =>
    activationLayer(site, site.name, site.input, layerOptions(site.layer, activationOptions).activation),
  ReLU: relu,
  LeakyReLU: (site) => {
    const { alpha: slope } = layerOptions(site.layer, leakyOptions);
    return activationLayer(site, site.name, site.input, { activation: 'leaky-relu', slope });
  },
  ELU: (site) => {
    const { alpha: slope } = layerOptions(site.layer, eluOptions);
    return activationLayer(site, site.name, site.input, {
      activation: 'elu',
      ...(slope === 1 ? {} : { slope }),
    });
  },
  PReLU: prelu,
  Softmax: (site) => {
    const { axis } = layerOptions(site.layer, softmaxOptions);
    const last = site.lastAxis(site.input);
    if (axis !== -1 && axis !== last) unsupportedOption(site.layer, 'axis', axis, `the last axis, ${last}`);
    return activationLayer(site, site.name, site.input, { activation: 'softmax' });
  },
};
