// The topology of a layers model, Sequential or functional, as a graph of layers.
import { parsedJson } from '../../records/json-text.ts';
import { UserError } from '../../records/user-error.ts';
import { keras2Topology } from './keras-3.ts';
import { snakeCaseKeys } from './snake-case.ts';
import {
  type FunctionalLayerEntry,
  functionalConfig,
  type LayerEntry,
  MODEL_CLASSES,
  modelEntry,
  modelFile,
  sequentialConfig,
  TOPOLOGY_ADVICE,
  wrappedModel,
} from './topology-schema.ts';

/** One of the tensors that a layer makes; only models make more than one. */
export interface TensorReference {
  readonly layer: string;
  readonly output: number;
}

/** A layer as the topology has it. */
export interface TopologyLayer {
  readonly name: string;
  readonly className: string;
  /** Its configuration, with keys in snake_case. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: readonly TensorReference[];
  /** What is in it, where it is a model used as a layer. */
  readonly model?: TopologyModel;
}

/** A model of either kind as a graph of layers; its input layers are among them. */
export interface TopologyModel {
  readonly name: string;
  readonly layers: readonly TopologyLayer[];
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
}

/** Inference takes `training: false` for granted; no other argument may be lost. */
function checkArguments(layer: FunctionalLayerEntry): void {
  for (const [, , , ...rest] of layer.inbound_nodes.flat()) {
    for (const [argument, value] of Object.entries(rest[0] ?? {})) {
      if (value === null || (argument === 'training' && value === false)) continue;
      throw new UserError({
        got: `layer ${layer.name} (${layer.class_name}) called with ${argument} ${JSON.stringify(value)}`,
        expected: 'layers called with tensors alone',
        fix: 'build the model without that argument',
      });
    }
  }
}

/** The tensors that a layer reads, in the one place where it is used. */
function inboundTensors(layer: FunctionalLayerEntry): FunctionalLayerEntry['inbound_nodes'][number] {
  const { name, class_name: className, inbound_nodes: nodes } = layer;
  if (nodes.length > 1) {
    throw new UserError({
      got: `layer ${name} (${className}) shared by ${nodes.length} places`,
      expected: 'layers used in one place',
      fix: 'give each place a layer of its own',
    });
  }
  if (nodes.length !== (className === 'InputLayer' ? 0 : 1)) {
    throw new UserError({
      got: `layer ${name} (${className}) with ${nodes.length} inbound_nodes`,
      ...TOPOLOGY_ADVICE,
    });
  }
  checkArguments(layer);
  return nodes[0] ?? [];
}

/** A layer by its name; two of one name are one layer used twice. */
function byName(layers: readonly TopologyLayer[], model: string): Map<string, TopologyLayer> {
  const named = new Map<string, TopologyLayer>();
  for (const layer of layers) {
    if (named.has(layer.name)) {
      throw new UserError({
        got: `layer ${layer.name} (${layer.className}) twice in model ${model}`,
        expected: 'layers used in one place, under names of their own',
        fix: 'give each place a layer of its own',
      });
    }
    named.set(layer.name, layer);
  }
  return named;
}

function topologyLayer(entry: LayerEntry, inputs: readonly TensorReference[], at: string): TopologyLayer {
  const { class_name: className, config: options } = entry;
  const { name } = options;
  if (typeof name !== 'string') {
    throw new UserError({ got: `${at} (${className}) without config.name`, ...TOPOLOGY_ADVICE });
  }
  const model = MODEL_CLASSES.has(className) ? { model: topologyModel(entry, `model ${name}`) } : {};
  return { name, className, options, inputs, ...model };
}

/** The input layer that a Sequential does not list: tfjs makes it of the first layer's shape. */
function impliedInput(first: TopologyLayer): TopologyLayer {
  const inner = first.model?.layers.find(({ name }) => name === first.model?.inputs[0]?.layer);
  const options = inner?.options ?? { batch_input_shape: first.options.batch_input_shape };
  return { name: inner?.name ?? `${first.name}_input`, className: 'InputLayer', options, inputs: [] };
}

/** A chain: each layer reads the one before it. */
function sequentialModel(config: unknown, label: string): TopologyModel {
  const { name, layers: entries } = parsedJson(config, sequentialConfig, TOPOLOGY_ADVICE, label);
  const layers: TopologyLayer[] = [];
  for (const [place, entry] of entries.entries()) {
    const layer = topologyLayer(entry, [], `layer ${place} of ${label}`);
    if (place === 0 && layer.className !== 'InputLayer') layers.push(impliedInput(layer));
    const before = layers.at(-1);
    layers.push(before === undefined ? layer : { ...layer, inputs: [{ layer: before.name, output: 0 }] });
  }
  byName(layers, name);
  const tensorOf = (layer: TopologyLayer | undefined) => ({ layer: layer?.name ?? '', output: 0 });
  return { name, layers, inputs: [tensorOf(layers[0])], outputs: [tensorOf(layers.at(-1))] };
}

function functionalModel(config: unknown, label: string): TopologyModel {
  const parsed = parsedJson(config, functionalConfig, TOPOLOGY_ADVICE, label);
  const layers = parsed.layers.map((entry, place) => {
    const inputs = inboundTensors(entry).map(([layer, , output]) => ({ layer, output }));
    const layer = topologyLayer(entry, inputs, `layer ${place} of ${label}`);
    if (layer.name === entry.name) return layer;
    throw new UserError({
      got: `layer ${entry.name} of ${label} with config.name ${layer.name}`,
      ...TOPOLOGY_ADVICE,
    });
  });
  const named = byName(layers, parsed.name);
  const checked = (reader: string, [name, node, output]: readonly [string, number, number, ...unknown[]]) => {
    const layer = named.get(name);
    // A model has been called once before it is used: where it was made.
    if (layer !== undefined && node <= (layer.model === undefined ? 0 : 1)) return { layer: name, output };
    throw new UserError({ got: `${reader} of ${label} reading node ${node} of ${name}`, ...TOPOLOGY_ADVICE });
  };
  for (const entry of parsed.layers) {
    for (const tensor of entry.inbound_nodes.flat()) checked(`layer ${entry.name}`, tensor);
  }
  return {
    name: parsed.name,
    layers,
    inputs: parsed.input_layers.map((tensor) => checked('input_layers', tensor)),
    outputs: parsed.output_layers.map((tensor) => checked('output_layers', tensor)),
  };
}

function topologyModel(entry: { class_name: string; config?: unknown }, label: string): TopologyModel {
  if (entry.class_name === 'Sequential') return sequentialModel(entry.config, label);
  if (MODEL_CLASSES.has(entry.class_name)) return functionalModel(entry.config, label);
  throw new UserError({ got: `${label} of class ${entry.class_name}`, ...TOPOLOGY_ADVICE });
}

/** Models within models go no deeper than a few; what is deeper than this would not fit the stack. */
const MOST_LEVELS = 400;

function checkDepth(topology: unknown): void {
  let level: unknown[] = [topology];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) {
      throw new UserError({ got: `a topology of more than ${MOST_LEVELS} levels`, ...TOPOLOGY_ADVICE });
    }
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
}

/**
 * The graph that a topology describes, Sequential models too, in one spelling.
 * @param topology `model.toJSON(null, false)`, a `modelTopology`, or a whole model.json
 * @throws UserError naming the field that is wrong, or the layer that is used in several places
 */
export function readTopology(topology: unknown): TopologyModel {
  const file = modelFile.safeParse(topology).data;
  if (file?.format === 'graph-model') throw new UserError({ got: 'a graph model', ...TOPOLOGY_ADVICE });
  checkDepth(file?.modelTopology ?? topology);
  const spelled = snakeCaseKeys(keras2Topology(file?.modelTopology ?? topology));
  const entry = wrappedModel.safeParse(spelled).data?.model_config ?? spelled;
  return topologyModel(parsedJson(entry, modelEntry, TOPOLOGY_ADVICE, 'a layers model'), 'the model');
}
