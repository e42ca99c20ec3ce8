// What only arranges rounded values makes rounded ones, said of its layer too.
import { isRounded } from '../element-types.ts';
import type { Layer } from '../layer.ts';
import type { LazyValues } from './lazy-weights.ts';

/** Layers that reading puts in where a file only shows values otherwise. */
const ARRANGES: ReadonlySet<Layer['kind']> = new Set(['flatten', 'channel-shuffle']);

/** The layers in their order, and with that their weights, which the rounding's are added to. */
export function withRoundingsPassedOn(layers: readonly Layer[], weights: Map<string, LazyValues>): Layer[] {
  const rounded = new Map<string, Layer>();
  return layers.map((layer): Layer => {
    const [input = ''] = layer.inputs;
    const before = rounded.get(input);
    const output = before?.types?.output;
    let result = layer;
    if (ARRANGES.has(layer.kind) && layer.types === undefined && output !== undefined) {
      for (const part of ['output_scale', 'output_zero'])
        weights.set(`${layer.name}/${part}`, weights.get(`${input}/${part}`) as LazyValues);
      result = { ...layer, types: { output } };
    }
    if (isRounded(result)) rounded.set(result.name, result);
    return result;
  });
}
