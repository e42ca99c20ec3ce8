// Which layer of one network is which of another: by name, and by structure where names tell nothing or mislead.
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { LayerChange } from '../../records/explanation.ts';
import { align } from './align.ts';
import { LEAST_LIKENESS, likeness, type PlacedLayer, placedLayers } from './similarity.ts';

export interface LayerMatch {
  /** Name in the other network. */
  readonly name: string;
  readonly by: NonNullable<LayerChange['matched_by']>;
}

/** Both ways. */
export interface LayerMatches {
  readonly ofA: ReadonlyMap<string, LayerMatch>;
  readonly ofB: ReadonlyMap<string, LayerMatch>;
}

interface Pair {
  readonly a: PlacedLayer;
  readonly b: PlacedLayer;
  readonly by: LayerMatch['by'];
}

/** Names mislead where structure alone finds pairs that are more alike by more than so many layers. */
const TRUST_IN_NAMES = 1;

/** By structure, what is left over once more until nothing is alike: branches may stand in another order. */
function byStructure(a: readonly PlacedLayer[], b: readonly PlacedLayer[]): Pair[] {
  const pairs: Pair[] = [];
  for (let [left, right] = [a, b]; left.length > 0 && right.length > 0; ) {
    const found = align(left.length, right.length, (i, j) => {
      const alike = likeness(left[i] as PlacedLayer, right[j] as PlacedLayer);
      return alike >= LEAST_LIKENESS ? alike : 0;
    });
    if (found.length === 0) break;
    for (const [i, j] of found)
      pairs.push({ a: left[i] as PlacedLayer, b: right[j] as PlacedLayer, by: 'structure' });
    const [takenA, takenB] = [new Set(found.map(([i]) => i)), new Set(found.map(([, j]) => j))];
    left = left.filter((_, i) => !takenA.has(i));
    right = right.filter((_, j) => !takenB.has(j));
  }
  return pairs;
}

/** By name where the kinds agree too, the others by structure. */
function byName(a: readonly PlacedLayer[], b: readonly PlacedLayer[]): Pair[] {
  const named = new Map(b.map((each) => [each.layer.name, each]));
  const pairs = a.flatMap((each): Pair[] => {
    const other = named.get(each.layer.name);
    return other !== undefined && other.layer.kind === each.layer.kind
      ? [{ a: each, b: other, by: 'name' }]
      : [];
  });
  const taken = new Set(pairs.flatMap(({ a: one, b: other }) => [one, other]));
  const left = (layers: readonly PlacedLayer[]) => layers.filter((each) => !taken.has(each));
  return [...pairs, ...byStructure(left(a), left(b))];
}

const total = (pairs: readonly Pair[]) => pairs.reduce((sum, { a, b }) => sum + likeness(a, b), 0);

/**
 * Matches the layers of two networks. Exporters number layers, so that one more shifts the names of all behind it: where
 * structure alone pairs layers that are more alike, names are not looked at.
 */
export function matchLayers(
  a: Pick<ChannelPlan, 'network' | 'shapes'>,
  b: Pick<ChannelPlan, 'network' | 'shapes'>,
): LayerMatches {
  const [layersA, layersB] = [placedLayers(a), placedLayers(b)];
  const named = byName(layersA, layersB);
  const structured = byStructure(layersA, layersB);
  const pairs = total(structured) - total(named) > TRUST_IN_NAMES ? structured : named;
  const name = ({ layer }: PlacedLayer) => layer.name;
  return {
    ofA: new Map(pairs.map((pair) => [name(pair.a), { name: name(pair.b), by: pair.by }])),
    ofB: new Map(pairs.map((pair) => [name(pair.b), { name: name(pair.a), by: pair.by }])),
  };
}
