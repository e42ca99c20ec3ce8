// Activations of tfjs: layers that are one, and those within other layers.
import { z } from 'zod';
import type { ActivationFunction } from '../layer.ts';
import { activation, axis, layerOptions, unsupportedOption } from './layer-options.ts';
import type { LayerReader, LayerSite } from './network-draft.ts';

type AnyActivation = ActivationFunction | 'linear' | 'softmax';

/** The activation as a layer of ours, if it does anything. */
function activationLayer(site: LayerSite, name: string, input: string, chosen: AnyActivation): string {
  if (chosen === 'linear') return input;
  if (chosen === 'softmax') return site.add({ kind: 'softmax', name, inputs: [input] });
  return site.add({ kind: 'activation', name, inputs: [input], activation: chosen });
}

/** The activation within a layer as a layer behind it, named after both. */
export function activated(site: LayerSite, made: string, chosen: AnyActivation): string {
  return activationLayer(site, `${site.name}/${chosen}`, made, chosen);
}

const activationOptions = z.strictObject({ activation });
/** Zero is the default of both slopes. */
const reluOptions = z.strictObject({
  max_value: z.literal(6).optional(),
  negative_slope: z.literal(0).optional(),
  threshold: z.literal(0).optional(),
});
const softmaxOptions = z.strictObject({ axis });

/** Layers that are an activation and nothing else. */
export const ACTIVATION_READERS: Readonly<Record<string, LayerReader>> = {
  Activation: (site) =>
    activationLayer(site, site.name, site.input, layerOptions(site.layer, activationOptions).activation),
  ReLU: (site) => {
    const { max_value: most } = layerOptions(site.layer, reluOptions);
    return activationLayer(site, site.name, site.input, most === undefined ? 'relu' : 'relu6');
  },
  Softmax: (site) => {
    const { axis } = layerOptions(site.layer, softmaxOptions);
    const last = site.lastAxis(site.input);
    if (axis !== -1 && axis !== last) unsupportedOption(site.layer, 'axis', axis, `the last axis, ${last}`);
    return activationLayer(site, site.name, site.input, 'softmax');
  },
};
