// Replaces the models used as layers in a topology by their layers.
import { UserError } from '../../records/user-error.ts';
import type { TensorReference, TopologyLayer, TopologyModel } from './topology.ts';
import { TOPOLOGY_ADVICE } from './topology-schema.ts';

/** Where a layer is in the layers model. */
export interface SourceLayer {
  /** Names of the models that it is in, outermost first; none for a layer of the model itself. */
  readonly within: readonly string[];
  /** Its name there. */
  readonly layer: string;
}

/** The way to a layer, as messages name it: `outer/inner`. */
export function pathOf({ within, layer }: SourceLayer): string {
  return [...within, layer].join('/');
}

/** A layer of a topology without models in it. */
export interface FlatLayer {
  /** Unique: its own, or with the models it is in before it where several layers have that. */
  readonly name: string;
  readonly source: SourceLayer;
  readonly className: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of the layers that it reads. */
  readonly inputs: readonly string[];
}

/** A topology with the models in it replaced by their layers, which are in topological order. */
export interface FlatTopology {
  readonly name: string;
  readonly layers: readonly FlatLayer[];
  /** Names of the layers whose outputs the model returns. */
  readonly outputs: readonly string[];
}

function countNames(model: TopologyModel, counts = new Map<string, number>()): Map<string, number> {
  for (const layer of model.layers) {
    if (layer.model !== undefined) countNames(layer.model, counts);
    else counts.set(layer.name, (counts.get(layer.name) ?? 0) + 1);
  }
  return counts;
}

/** Walks models depth first from their outputs, so that branches come one after the other, as a builder adds them. */
class Flattening {
  readonly layers: FlatLayer[] = [];
  private readonly counts: ReadonlyMap<string, number>;

  constructor(model: TopologyModel) {
    this.counts = countNames(model);
  }

  /**
   * Appends the layers of a model.
   * @param given names of the layers that take its input layers' place; those of the whole model stay
   * @returns names of the layers that make its outputs
   */
  model(model: TopologyModel, within: readonly string[], given?: readonly string[]): readonly string[] {
    const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
    const made = new Map<string, readonly string[]>();
    const begun = new Set<string>();
    const outputsOf = (layer: TopologyLayer): readonly string[] => {
      const known = made.get(layer.name);
      if (known !== undefined) return known;
      if (begun.has(layer.name)) {
        throw new UserError({
          got: `layer ${layer.name} (${layer.className}) reading its own output`,
          ...TOPOLOGY_ADVICE,
        });
      }
      begun.add(layer.name);
      const outputs = this.layer(layer, within, layer.inputs.map(tensor));
      made.set(layer.name, outputs);
      return outputs;
    };
    const tensor = ({ layer: name, output }: TensorReference): string => {
      const layer = byName.get(name);
      const found = layer && outputsOf(layer)[output];
      if (found !== undefined) return found;
      throw new UserError({
        got: `output ${output} of layer ${name}, which is not there`,
        ...TOPOLOGY_ADVICE,
      });
    };
    if (given !== undefined) {
      if (given.length !== model.inputs.length) {
        throw new UserError({
          got: `${given.length} inputs of model ${model.name}, which has ${model.inputs.length}`,
          ...TOPOLOGY_ADVICE,
        });
      }
      model.inputs.forEach(({ layer }, place) => void made.set(layer, given.slice(place, place + 1)));
    }
    // Inputs in the model's order, whichever a branch reads first.
    for (const input of model.inputs) tensor(input);
    const outputs = model.outputs.map(tensor);
    for (const layer of model.layers) outputsOf(layer);
    return outputs;
  }

  private layer(
    layer: TopologyLayer,
    within: readonly string[],
    inputs: readonly string[],
  ): readonly string[] {
    if (layer.model !== undefined) return this.model(layer.model, [...within, layer.name], inputs);
    const source = { within, layer: layer.name };
    const name = this.counts.get(layer.name) === 1 ? layer.name : pathOf(source);
    const { className, options } = layer;
    this.layers.push({ name, source, className, options, inputs });
    return [name];
  }
}

/**
 * A topology with the models in it replaced by their layers.
 * @throws UserError naming the layer that reads itself or what is not there
 */
export function flatTopology(model: TopologyModel): FlatTopology {
  const flattening = new Flattening(model);
  const outputs = flattening.model(model, []);
  return { name: model.name, layers: flattening.layers, outputs };
}

/** Per layer, those that read it. */
export function readersOf(topology: FlatTopology): ReadonlyMap<string, readonly FlatLayer[]> {
  const readers = new Map<string, FlatLayer[]>(topology.layers.map(({ name }) => [name, []]));
  for (const layer of topology.layers) for (const input of layer.inputs) readers.get(input)?.push(layer);
  return readers;
}
