// Layers of tfjs that only arrange values: flatten and reshape.
import { z } from 'zod';
import { type FlatLayer, type FlatTopology, readersOf } from './flat-topology.ts';
import { channelsLast, layerOptions, unsupportedOption } from './layer-options.ts';
import type { LayerReader } from './network-draft.ts';

const flattenOptions = z.strictObject({ data_format: channelsLast });

const flatten: LayerReader = (site) => {
  layerOptions(site.layer, flattenOptions);
  return site.add({ kind: 'flatten', name: site.name, inputs: [site.input] });
};

const reshapeOptions = z.strictObject({ target_shape: z.array(z.int().nullable()) });

/** The sizes that a reshape makes of so many values; null and negative numbers stand for what is left. */
function targetSizes(target: readonly (number | null)[], values: number): number[] {
  const known = target.reduce<number>((product, size) => product * (size !== null && size > 0 ? size : 1), 1);
  return target.map((size) => (size !== null && size > 0 ? size : values / known));
}

/**
 * One that changes nothing, or flattens. A map of one pixel is the vector itself to a multiplication, which spreads
 * either; {@link keptPools} sees to those of a global pooling.
 */
const reshape: LayerReader = (site) => {
  const { target_shape: target } = layerOptions(site.layer, reshapeOptions);
  const { name, input, draft } = site;
  const { height, width, channels, flat } = site.shapeOf(input);
  const values = height * width * channels;
  const sizes = targetSizes(target, values).join();
  if (sizes === (flat ? [channels] : [height, width, channels]).join()) return input;
  if (sizes === `${values}`) return site.add({ kind: 'flatten', name, inputs: [input] });
  if (flat && sizes === `1,1,${values}` && draft.isReadOnlyBy(name, 'Multiply')) {
    draft.pixels.add(name);
    return input;
  }
  const expected = `[${values}], or [1, 1, ${values}] of a global pooling that nothing else reads`;
  return unsupportedOption(site.layer, 'target_shape', target, expected);
};

/** Layers that only arrange values. */
export const RESHAPE_READERS: Readonly<Record<string, LayerReader>> = {
  Flatten: flatten,
  Reshape: reshape,
};

/** Whether it makes a map of one pixel. */
function makesPixel({ className, options }: FlatLayer): boolean {
  const target = z.tuple([z.literal(1), z.literal(1), z.unknown()]).safeParse(options.target_shape);
  return className === 'Reshape' && target.success;
}

/**
 * The topology with the global poolings that keep their height and width of 1, where tf.layers, whose own do not, has
 * a reshape behind them.
 */
export function keptPools(topology: FlatTopology): FlatTopology {
  const readers = readersOf(topology);
  const isPixel = ({ name }: FlatLayer): boolean => {
    const all = readers.get(name) ?? [];
    const onlyPixels = all.every(
      (reader) => makesPixel(reader) || (reader.className === 'Dropout' && isPixel(reader)),
    );
    return all.length > 0 && onlyPixels && !topology.outputs.includes(name);
  };
  const layers = topology.layers.map((layer) =>
    layer.className === 'GlobalAveragePooling2D' && isPixel(layer)
      ? { ...layer, options: { ...layer.options, keepdims: true } }
      : layer,
  );
  return { ...topology, layers };
}
