// Layers of tfjs that join several tensors: add, multiply, concatenate.
import { z } from 'zod';
import { axis, layerOptions, unsupportedOption } from './layer-options.ts';
import type { LayerReader } from './network-draft.ts';

const noOptions = z.strictObject({});
const concatenateOptions = z.strictObject({ axis });

const add: LayerReader = (site) => {
  layerOptions(site.layer, noOptions);
  return site.add({ kind: 'add', name: site.name, inputs: site.alike });
};

/** A flat input is spread over the pixels of a map, but not made a map of one pixel. */
const multiply: LayerReader = (site) => {
  layerOptions(site.layer, noOptions);
  const shapes = site.inputs.map((input) => site.shapeOf(input));
  const spread = shapes.some(({ height, width }) => height * width > 1);
  if (!spread && site.layer.inputs.some((input) => site.draft.pixels.has(input))) {
    site.fail(
      'vectors reshaped to [1, 1, channels] at',
      'a map of more pixels beside them',
      'leave the reshape out',
    );
  }
  return site.add({ kind: 'multiply', name: site.name, inputs: spread ? site.inputs : site.alike });
};

const concatenate: LayerReader = (site) => {
  const { axis } = layerOptions(site.layer, concatenateOptions);
  const inputs = site.alike;
  const last = site.lastAxis(inputs[0] ?? '');
  if (axis !== -1 && axis !== last) unsupportedOption(site.layer, 'axis', axis, `the last axis, ${last}`);
  return site.add({ kind: 'concat', name: site.name, inputs });
};

/** Layers with several inputs. */
export const JOIN_READERS: Readonly<Record<string, LayerReader>> = {
  Add: add,
  Multiply: multiply,
  Concatenate: concatenate,
};
