// The nodes that round what layers make to 8 bits, read what is stored so, and cast between halves and float32.
import { isEightBits, isRounded } from '../element-types.ts';
import { floatToHalf } from '../half-float.ts';
import type { Layer } from '../layer.ts';
import type { Network } from '../network.ts';
import { FLOAT, FLOAT16, int, type LayerNodes, type Node, type Tensor } from './nodes.ts';
import { CLIP_BORDERS } from './write-elementwise.ts';
import { channelAxis, isOfHalves } from './write-stored.ts';

/** Layers of several operators that all only move values, or of which all but the first do. */
const MOVES: ReadonlySet<Layer['kind']> = new Set(['flatten', 'channel-shuffle', 'global-avg-pool']);

const step = (opType: string, name: string, input: string[], attribute: Node['attribute'] = []): Node => ({
  opType,
  name,
  input,
  output: [name],
  attribute,
});

/** Rounds a tensor: made as `from`, read as `name`. */
function rounding({ name: layer }: Layer, from: string, name: string): Node[] {
  const [scale, zero] = [`${layer}/output_scale`, `${layer}/output_zero`];
  const whole = `${name}/quantized`;
  return [
    step('QuantizeLinear', whole, [from, scale, zero]),
    { ...step('DequantizeLinear', `${name}/dequantized`, [whole, scale, zero]), output: [name] },
  ];
}

/** Reads kernel and bias of a layer that stores them as whole numbers, under the names that `renamed` gives. */
function dequantizing(layer: Layer): { nodes: Node[]; renamed: Map<string, string> } {
  const { name, kind, types = {} } = layer;
  const renamed = new Map<string, string>();
  const nodes: Node[] = [];
  const read = (part: string, input: string[], axis: number) => {
    const made = `${name}/${part}/dequantized`;
    nodes.push(
      step(
        'DequantizeLinear',
        made,
        [`${name}/${part}`, ...input],
        types.perChannel === true ? [int('axis', axis)] : [],
      ),
    );
    renamed.set(`${name}/${part}`, made);
  };
  if (isEightBits(types.kernel))
    read('kernel', [`${name}/kernel_scale`, `${name}/kernel_zero`], channelAxis(kind));
  if (types.bias !== undefined) read('bias', [`${name}/bias_scale`], 0);
  return { nodes, renamed };
}

/** The name under which others read an input that is rounded: the graph's own is what comes in. */
const roundedInput = (name: string) => `${name}/rounded`;

/** Borders of relu6 in halves. */
const halfBorder = (name: string) => `${name}/half`;

export function halfClipBorders(): Tensor[] {
  return Object.entries(CLIP_BORDERS).map(([name, value]) => ({
    name: halfBorder(name),
    dims: [],
    dataType: FLOAT16,
    rawData: new Uint8Array(Uint16Array.of(floatToHalf(value)).buffer),
  }));
}

/** A setting in halves; scales of a resize are float32 whatever it resizes. */
function asHalf(setting: Tensor): Tensor {
  const { floatData, ...tensor } = setting;
  if (setting.dataType !== FLOAT || floatData === undefined || setting.name.endsWith('/scales'))
    return setting;
  const halves = Uint16Array.from(floatData, floatToHalf);
  return { ...tensor, dataType: FLOAT16, rawData: new Uint8Array(halves.buffer) };
}

/** Casts of what a layer reads to what it computes with. */
function casts(
  layer: Layer,
  byName: ReadonlyMap<string, Layer>,
): { nodes: Node[]; renamed: Map<string, string> } {
  const isHalf = isOfHalves(layer);
  const renamed = new Map<string, string>();
  const nodes = [...new Set(layer.inputs)].flatMap((input): Node[] => {
    const from = byName.get(input);
    if (from === undefined || isOfHalves(from) === isHalf) return [];
    const made = `${layer.name}/cast/${input}`;
    renamed.set(input, made);
    return [step('Cast', made, [input], [int('to', isHalf ? FLOAT16 : FLOAT)])];
  });
  return { nodes, renamed };
}

/**
 * Nodes of layers as their element types want them: QuantizeLinear and DequantizeLinear behind what is rounded (the form
 * that ONNX Runtime makes its kernels of 8 bits of), DequantizeLinear before kernels and biases of whole numbers, Cast
 * between halves and float32. Layers of float32 alone stay as they are.
 */
export function withTypes(network: Network, made: readonly LayerNodes[]): LayerNodes[] {
  if (!network.layers.some(({ types }) => types !== undefined)) return [...made];
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const roundedInputs = new Map(
    network.layers
      .filter((layer) => layer.kind === 'input' && isRounded(layer))
      .map(({ name }) => [name, roundedInput(name)]),
  );
  return network.layers.map((layer, index): LayerNodes => {
    const { nodes = [], settings = [] } = made[index] ?? {};
    if (layer.kind === 'input')
      return { nodes: isRounded(layer) ? rounding(layer, layer.name, roundedInput(layer.name)) : [] };
    const stored = dequantizing(layer);
    const cast = casts(layer, byName);
    const isHalf = isOfHalves(layer);
    const given = (name: string) => roundedInputs.get(name) ?? name;
    const read = (name: string) => {
      if (isHalf && Object.hasOwn(CLIP_BORDERS, name)) return halfBorder(name);
      return stored.renamed.get(name) ?? cast.renamed.get(name) ?? given(name);
    };
    const reading = nodes.map((node) => ({ ...node, input: node.input.map(read) }));
    const casting = cast.nodes.map((node) => ({ ...node, input: node.input.map(given) }));
    const before = [...stored.nodes, ...casting];
    const all = isHalf ? settings.map(asHalf) : settings;
    if (!isRounded(layer)) return { nodes: [...before, ...reading], settings: all };
    // Tensors within the layer are rounded too where nothing but their order is left to change.
    const isInner = MOVES.has(layer.kind);
    const rounded = reading.flatMap((node): Node[] => {
      const [output = ''] = node.output;
      if (output !== layer.name && !isInner) return [node];
      const float = `${output}/float`;
      return [{ ...node, output: [float] }, ...rounding(layer, float, output)];
    });
    return { nodes: [...before, ...rounded], settings: all };
  });
}
