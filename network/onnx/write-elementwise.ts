// Activations and what joins several tensors element by element as ONNX nodes.
import type { Activation, ActivationFunction, Add, Arithmetic, Layer, Multiply, Prelu } from '../layer.ts';
import { slopeOf } from '../layer.ts';
import { FLOAT, float, type LayerNodes, type Node, node, type Shapes, text, wholeNumbers } from './nodes.ts';

const ACTIVATIONS: Record<Exclude<ActivationFunction, 'hard-swish' | 'swish' | 'mish'>, string> = {
  relu: 'Relu',
  relu6: 'Clip',
  'leaky-relu': 'LeakyRelu',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  'hard-sigmoid': 'HardSigmoid',
  tanh: 'Tanh',
  gelu: 'Gelu',
  'gelu-tanh': 'Gelu',
  softplus: 'Softplus',
  selu: 'Selu',
  clip: 'Clip',
};

/** Borders of relu6, which all of a model's share. */
export const CLIP_BORDERS = { 'relu6/zero': 0, 'relu6/six': 6 } as const;

/** x · tanh(softplus(x)), as ONNX Runtime takes Mish apart. */
function mish(layer: Activation): LayerNodes {
  const { name, inputs } = layer;
  const [softplus, gate] = [`${name}/softplus`, `${name}/tanh`];
  return {
    nodes: [
      { ...node(layer, 'Softplus'), name: softplus, output: [softplus] },
      { ...node(layer, 'Tanh'), name: gate, input: [softplus], output: [gate] },
      { ...node(layer, 'Mul'), input: [...inputs, gate] },
    ],
  };
}

/** Both borders are written: ONNX Runtime fuses a clip of two constants. */
function clip(layer: Activation): LayerNodes {
  const { name, least = -LARGEST_FLOAT32, most = LARGEST_FLOAT32 } = layer;
  const border = (part: string, value: number) => ({
    name: `${name}/${part}`,
    dims: [],
    dataType: FLOAT,
    floatData: [value],
  });
  return {
    nodes: [node(layer, 'Clip', [], [`${name}/least`, `${name}/most`])],
    settings: [border('least', least), border('most', most)],
  };
}

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** One operator, or for those that ONNX Runtime takes apart the two it makes of them: x times a gate of x. */
export function activationNodes(layer: Activation): LayerNodes {
  const { activation, name, inputs } = layer;
  if (activation === 'hard-swish' || activation === 'swish') {
    const gate = `${name}/gate`;
    const gated =
      activation === 'swish'
        ? node(layer, 'Sigmoid')
        : node(layer, 'HardSigmoid', [float('alpha', 1 / 6), float('beta', 0.5)]);
    return {
      nodes: [
        { ...gated, name: gate, output: [gate] },
        { ...node(layer, 'Mul'), input: [...inputs, gate] },
      ],
    };
  }
  if (activation === 'mish') return mish(layer);
  if (activation === 'clip') return clip(layer);
  const slope = float('alpha', slopeOf(layer));
  const opType = ACTIVATIONS[activation];
  if (activation === 'relu6') return { nodes: [node(layer, opType, [], Object.keys(CLIP_BORDERS))] };
  if (activation === 'gelu-tanh') return { nodes: [node(layer, opType, [text('approximate', 'tanh')])] };
  if (activation === 'leaky-relu' || (activation === 'elu' && layer.slope !== undefined))
    return { nodes: [node(layer, opType, [slope])] };
  if (activation === 'hard-sigmoid') return { nodes: [node(layer, opType, [slope, float('beta', 0.5)])] };
  return { nodes: [node(layer, opType)] };
}

/** ONNX's Add and Mul take two; more are joined in turn. */
function joined(layer: Layer, opType: string, inputs: readonly string[]): Node[] {
  return inputs.slice(1).map((other, i): Node => {
    const last = i === inputs.length - 2;
    const before = i === 0 ? (inputs[0] as string) : `${layer.name}/part${i}`;
    const name = last ? layer.name : `${layer.name}/part${i + 1}`;
    return { ...node(layer, opType), name, input: [before, other], output: [name] };
  });
}

export function prelu(layer: Prelu): LayerNodes {
  return { nodes: [node(layer, 'PRelu', [], [`${layer.name}/slope`])] };
}

const JOINS: Record<(Add | Multiply | Arithmetic)['kind'], string> = {
  add: 'Add',
  multiply: 'Mul',
  subtract: 'Sub',
  divide: 'Div',
  minimum: 'Min',
  maximum: 'Max',
};

/** A flat input beside maps gets height and width of 1. */
export function elementwise(layer: Add | Multiply | Arithmetic, shapes: Shapes): LayerNodes {
  const opType = JOINS[layer.kind];
  const flat = layer.inputs.filter((name) => shapes.get(name)?.flat === true);
  if (flat.length === layer.inputs.length || flat.length === 0)
    return { nodes: joined(layer, opType, layer.inputs) };
  const raised = (name: string) => `${layer.name}/${name}`;
  const raises = flat.map((name): Node => {
    const input = [name, `${layer.name}/axes`];
    return { ...node(layer, 'Unsqueeze'), name: raised(name), input, output: [raised(name)] };
  });
  const factors = layer.inputs.map((name) => (flat.includes(name) ? raised(name) : name));
  const settings = [wholeNumbers(layer, 'axes', 2, 3)];
  return { nodes: [...raises, ...joined(layer, opType, factors)], settings };
}
