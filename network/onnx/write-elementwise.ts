// Activations, sums, products and normalizations as ONNX nodes.
import type { Activation, ActivationFunction, Add, BatchNorm, Layer, Multiply } from '../layer.ts';
import { slopeOf } from '../layer.ts';
import { float, type LayerNodes, type Node, node, type Shapes, wholeNumbers } from './nodes.ts';

const ACTIVATIONS: Record<Exclude<ActivationFunction, 'hard-swish' | 'swish'>, string> = {
  relu: 'Relu',
  relu6: 'Clip',
  'leaky-relu': 'LeakyRelu',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  'hard-sigmoid': 'HardSigmoid',
  tanh: 'Tanh',
  gelu: 'Gelu',
};

/** Borders of relu6, which all of a model's share. */
export const CLIP_BORDERS = { zero: 0, six: 6 } as const;

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
  const slope = float('alpha', slopeOf(layer));
  const opType = ACTIVATIONS[activation];
  if (activation === 'relu6') return { nodes: [node(layer, opType, [], Object.keys(CLIP_BORDERS))] };
  if (activation === 'leaky-relu') return { nodes: [node(layer, opType, [slope])] };
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

export function sum(layer: Add): LayerNodes {
  return { nodes: joined(layer, 'Add', layer.inputs) };
}

/** A flat input beside maps gets height and width of 1. */
export function product(layer: Multiply, shapes: Shapes): LayerNodes {
  const flat = layer.inputs.filter((name) => shapes.get(name)?.flat === true);
  if (flat.length === layer.inputs.length || flat.length === 0)
    return { nodes: joined(layer, 'Mul', layer.inputs) };
  const raised = (name: string) => `${layer.name}/${name}`;
  const raises = flat.map((name): Node => {
    const input = [name, `${layer.name}/axes`];
    return { ...node(layer, 'Unsqueeze'), name: raised(name), input, output: [raised(name)] };
  });
  const factors = layer.inputs.map((name) => (flat.includes(name) ? raised(name) : name));
  const settings = [wholeNumbers(layer, 'axes', 2, 3)];
  return { nodes: [...raises, ...joined(layer, 'Mul', factors)], settings };
}

export function batchNormalization(layer: BatchNorm): LayerNodes {
  const parts = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) => `${layer.name}/${part}`);
  return { nodes: [node(layer, 'BatchNormalization', [float('epsilon', layer.epsilon)], parts)] };
}
