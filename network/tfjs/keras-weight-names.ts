// What weights are called in a model.json made of a .keras file: by class and place, not by the layer's name.

import { pathOf } from './flat-topology.ts';
import type { LayersModelReading } from './read-layers-model.ts';
import type { TopologyModel } from './topology.ts';

/** DepthwiseConv2D → depthwise_conv2d, PReLU → p_re_lu, as Keras spells classes. */
function folderName(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** By way to a layer: the folder that Keras 3 keeps its weights in, such as `layers/conv2d_1/vars`. */
function foldersOf(
  model: TopologyModel,
  within: readonly string[] = [],
  folder = '',
  folders = new Map<string, string>(),
): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const layer of model.layers) {
    const base = folderName(layer.className === 'Model' ? 'Functional' : layer.className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    const own = `${folder}layers/${count === 0 ? base : `${base}_${count}`}`;
    if (layer.model !== undefined) foldersOf(layer.model, [...within, layer.name], `${own}/`, folders);
    else folders.set(pathOf({ within, layer: layer.name }), `${own}/vars`);
  }
  return folders;
}

/**
 * By our name of a weight: what it is called where a .keras file was converted, `layers/<class>_<n>/vars/<k>` for the
 * kth weight of the nth layer of its class.
 */
export function numberedNames(
  model: TopologyModel,
  { weights }: LayersModelReading,
): ReadonlyMap<string, string> {
  const folders = foldersOf(model);
  const taken = new Map<string, number>();
  return new Map(
    [...weights].map(([name, source]) => {
      const path = pathOf(source);
      const place = taken.get(path) ?? 0;
      taken.set(path, place + 1);
      return [name, `${folders.get(path)}/${place}`];
    }),
  );
}
