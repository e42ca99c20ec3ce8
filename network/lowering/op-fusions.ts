// Operators that ONNX Runtime's kernel of another computes too.
import type { ChannelPlan } from '../channel-plan.ts';
import type { Layer, Op } from '../layer.ts';
import type { Shape } from '../shapes.ts';
import type { LoweringRules } from './rules.ts';

/** What a kernel computes beside its own operator. */
export interface JoinedOps {
  readonly names: readonly string[];
  /** The operator that ONNX Runtime makes of them, where its kernels are another class. */
  readonly becomes?: string;
  /** Whether it reads one more tensor like its output. */
  readonly addsTensor: boolean;
}

export interface OpFusions {
  /** Names of the operators that run no kernel of their own. */
  readonly absorbed: ReadonlySet<string>;
  /** By the operator whose kernel computes others too. */
  readonly joined: ReadonlyMap<string, JoinedOps>;
}

const NONE: OpFusions = { absorbed: new Set(), joined: new Map() };

const isWeight = (op: Op, place: number) => op.operands[place]?.kind === 'weight';
const isTensor = (op: Op, place: number) => op.operands[place]?.kind === 'tensor';

/** Whether an operator scales by one number. */
function isScaling(op: Op): boolean {
  const numbers = op.operands.filter((operand) => operand?.kind === 'constant');
  return op.opType === 'Mul' && op.inputs.length === 1 && numbers.length === 1;
}

/**
 * Fusions of ONNX Runtime among operators (MatMulAddFusion, MatMulScaleFusion, SkipLayerNormFusion; as seen in its
 * profiles): the bias behind a product with weights, the numbers that scale what a product of two tensors reads and
 * makes, and the sum that a layer norm alone reads.
 */
export function findOpFusions({ network, shapes }: ChannelPlan, rules: LoweringRules): OpFusions {
  if (!rules.fusesOps || !network.layers.some(({ kind }) => kind === 'op')) return NONE;
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const readers = new Map<string, Layer[]>();
  for (const layer of network.layers)
    for (const input of layer.inputs) readers.set(input, [...(readers.get(input) ?? []), layer]);
  const outputs = new Set(network.outputs);
  const absorbed = new Set<string>();
  const joined = new Map<string, JoinedOps>();
  const onlyReader = (name: string): Op | undefined => {
    const [reader, ...others] = readers.get(name) ?? [];
    return others.length === 0 && !outputs.has(name) && reader?.kind === 'op' ? reader : undefined;
  };
  const sizeOf = (name: string) => {
    const { height, width, channels } = shapes.get(name) as Shape;
    return height * width * channels;
  };
  for (const layer of network.layers) {
    if (layer.kind !== 'op') continue;
    if (layer.opType === 'MatMul' && isWeight(layer, 1)) {
      const add = onlyReader(layer.name);
      const bias = add?.operands.find((operand) => operand?.kind === 'weight');
      if (add?.opType !== 'Add' || bias?.kind !== 'weight' || bias.dims.length !== 1) continue;
      absorbed.add(add.name);
      joined.set(layer.name, { names: [add.name], addsTensor: false });
    } else if (layer.opType === 'MatMul' && isTensor(layer, 0) && isTensor(layer, 1)) {
      const scalings = layer.inputs.filter((name) => {
        const before = byName.get(name);
        return before?.kind === 'op' && isScaling(before) && onlyReader(name) === layer;
      });
      const behind = onlyReader(layer.name);
      const names = [...scalings, ...(behind !== undefined && isScaling(behind) ? [behind.name] : [])];
      if (names.length === 0) continue;
      for (const name of names) absorbed.add(name);
      joined.set(layer.name, { names, addsTensor: false });
    } else if (layer.opType === 'LayerNormalization' && layer.inputs.length === 1) {
      const add = byName.get(layer.inputs[0] ?? '');
      const isSum = add?.kind === 'op' && add.opType === 'Add' && add.inputs.length === 2;
      if (!isSum || absorbed.has(add.name) || onlyReader(add.name) !== layer) continue;
      if (add.inputs.some((name) => sizeOf(name) !== sizeOf(add.name))) continue;
      absorbed.add(add.name);
      joined.set(layer.name, { names: [add.name], becomes: 'SkipLayerNormalization', addsTensor: true });
    }
  }
  return { absorbed, joined };
}
