// Topologies of Keras 3 in the form of Keras 2, which is what tfjs reads.
import { UserError } from '../../records/user-error.ts';
import { MODEL_CLASSES } from './topology-schema.ts';

/** What hard_sigmoid of Keras 3 is called here: its slope is ⅙, that of Keras 2 and tfjs is 0.2. */
export const HARD_SIGMOID_SIXTH = 'hard_sigmoid_sixth';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** By its version, or by what only Keras 3 writes where a topology has none. */
function isKeras3(topology: Json, model: unknown): boolean {
  const version = topology.keras_version ?? (isObject(model) ? model.keras_version : undefined);
  if (typeof version === 'string') return Number.parseInt(version, 10) >= 3;
  return /"(batch_shape|__keras_tensor__|DTypePolicy)":?/.test(JSON.stringify(model) ?? '');
}

/** A tensor as `[layer, node, output]`, if it is one. */
function tensorOf(value: unknown): readonly [string, number, number] | undefined {
  const history =
    isObject(value) && value.class_name === '__keras_tensor__' && isObject(value.config)
      ? value.config.keras_history
      : value;
  if (!Array.isArray(history) || history.length !== 3) return undefined;
  const [layer, node, output] = history as unknown[];
  if (typeof layer !== 'string' || typeof node !== 'number' || typeof output !== 'number') return undefined;
  return [layer, node, output];
}

/** Tensors in lists and objects of any depth, in order. */
function tensorsWithin(value: unknown): readonly (readonly [string, number, number])[] {
  const tensor = tensorOf(value);
  if (tensor !== undefined) return [tensor];
  if (Array.isArray(value)) return value.flatMap(tensorsWithin);
  return isObject(value) ? Object.values(value).flatMap(tensorsWithin) : [];
}

/** Whether there is nothing but tensors in it. */
function holdsOnlyTensors(value: unknown): boolean {
  return tensorOf(value) !== undefined || (Array.isArray(value) && value.every(holdsOnlyTensors));
}

/** What Keras 3 has and Keras 2 lacks, where it changes nothing. */
const DEFAULTS: Json = { optional: false, synchronized: false };

/** The activation by its name; those that are functions are wrapped. */
function activationName(value: unknown): unknown {
  const name = isObject(value) && value.class_name === 'function' ? value.config : value;
  return name === 'hard_sigmoid' ? HARD_SIGMOID_SIXTH : name;
}

function layerConfig(config: Json): Json {
  const kept = Object.entries(config).filter(
    ([option, value]) => !(option in DEFAULTS && value === DEFAULTS[option]),
  );
  return Object.fromEntries(
    kept.map(([option, value]): [string, unknown] => {
      if (option === 'batch_shape') return ['batch_input_shape', value];
      if (option === 'activation') return [option, activationName(value)];
      if (option === 'dtype' && isObject(value)) {
        return [option, isObject(value.config) ? (value.config.name ?? value) : value];
      }
      return [option, value];
    }),
  );
}

/** Leaky ReLUs have their slope under one name, those of class ReLU too. */
function leaky(className: string, config: Json): { className: string; config: Json } {
  const { negative_slope: slope, max_value: most, threshold, ...others } = config;
  if (className === 'LeakyReLU' && slope !== undefined) {
    return { className, config: { ...others, alpha: slope } };
  }
  const isLeaky =
    typeof slope === 'number' && slope !== 0 && (most ?? null) === null && (threshold ?? 0) === 0;
  if (className === 'ReLU' && isLeaky) return { className: 'LeakyReLU', config: { ...others, alpha: slope } };
  return { className, config };
}

/** A node `{ args, kwargs }` as the tensors it reads, the first with what else the layer was called with. */
function inboundNode(
  node: unknown,
  layer: string,
  moved: (tensor: readonly [string, number, number]) => unknown[],
) {
  if (!isObject(node) || !Array.isArray(node.args)) return node;
  const kwargs = isObject(node.kwargs) ? node.kwargs : {};
  const odd =
    node.args.find((value) => !holdsOnlyTensors(value)) ??
    Object.values(kwargs).find((value) => tensorsWithin(value).length > 0);
  if (odd !== undefined) {
    throw new UserError({
      got: `layer ${layer} called with ${JSON.stringify(odd)}`,
      expected: 'layers called with tensors alone',
      fix: 'build the model with layers in place of operators on tensors',
    });
  }
  return tensorsWithin(node.args).map((tensor) => [...moved(tensor), kwargs]);
}

function layerEntry(entry: unknown): unknown {
  if (!isObject(entry) || typeof entry.class_name !== 'string' || !isObject(entry.config)) return entry;
  if (MODEL_CLASSES.has(entry.class_name)) return { ...entry, ...modelEntry(entry) };
  const { className, config } = leaky(entry.class_name, layerConfig(entry.config));
  return { ...entry, class_name: className, config };
}

function functionalConfig(config: Json, layers: readonly unknown[]): Json {
  const models = new Set(
    layers.flatMap((entry) =>
      isObject(entry) && MODEL_CLASSES.has(String(entry.class_name)) && isObject(entry.config)
        ? [entry.config.name]
        : [],
    ),
  );
  // Keras 2 and tfjs count the making of a model used as a layer as its first use.
  const moved = ([layer, node, output]: readonly [string, number, number]) => [
    layer,
    models.has(layer) ? node + 1 : node,
    output,
  ];
  const ends = (value: unknown) => tensorsWithin(value).map(moved);
  return {
    ...config,
    layers: layers.map((entry) => {
      const made = layerEntry(entry);
      if (!isObject(made) || !Array.isArray(made.inbound_nodes)) return made;
      const nodes = made.inbound_nodes.map((node) => inboundNode(node, String(made.name), moved));
      return { ...made, inbound_nodes: nodes };
    }),
    input_layers: ends(config.input_layers),
    output_layers: ends(config.output_layers),
  };
}

/** A chain says the shape that it was built for even where its first layer does not. */
function sequentialConfig(config: Json, layers: readonly unknown[]): Json {
  const made = layers.map(layerEntry);
  const [first] = made;
  const shape = config.build_input_shape;
  if (!isObject(first) || !isObject(first.config) || !Array.isArray(shape))
    return { ...config, layers: made };
  const isShaped =
    first.config.batch_input_shape !== undefined || MODEL_CLASSES.has(String(first.class_name));
  const shaped = isShaped ? first : { ...first, config: { ...first.config, batch_input_shape: shape } };
  return { ...config, layers: [shaped, ...made.slice(1)] };
}

function modelEntry(entry: Json): Json {
  const { config } = entry;
  if (!isObject(config) || !Array.isArray(config.layers)) return entry;
  const layers = config.layers as readonly unknown[];
  return {
    ...entry,
    config:
      entry.class_name === 'Sequential' ? sequentialConfig(config, layers) : functionalConfig(config, layers),
  };
}

/**
 * The topology in the form of Keras 2: what Keras 3 writes otherwise (`batch_shape`, DTypePolicy objects, objects for the
 * tensors that a layer reads, `negative_slope`) is put that way; anything else is left as it is.
 * @param topology a `modelTopology`, or the model's entry itself
 * @throws UserError naming a layer that is called with more than tensors
 */
export function keras2Topology(topology: unknown): unknown {
  if (!isObject(topology)) return topology;
  const model = topology.model_config ?? topology;
  if (!isObject(model) || !isKeras3(topology, model)) return topology;
  const converted = modelEntry(model);
  return topology.model_config === undefined ? converted : { ...topology, model_config: converted };
}
