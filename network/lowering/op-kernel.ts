// Kernels of ONNX's operators: their costs, and which of them run none.
import type { Layer, Op } from '../layer.ts';
import type { Network } from '../network.ts';
import type { OpWork } from '../op-work.ts';
import { weightOwner } from '../shared-weights.ts';
import type { ChannelCosts } from './kernel.ts';

/** All that a kernel does, as so much for each channel of its output. */
export function opCosts(
  { flops, read, written, weights }: Omit<OpWork, 'parameters'>,
  channels: number,
): ChannelCosts {
  const each = (amount: number) => amount / channels;
  return {
    groups: 1,
    flopsPerPair: 0,
    flopsPerOutput: each(flops),
    readPerInput: 0,
    readPerOutput: each(read),
    writtenPerOutput: each(written),
    weightsPerPair: 0,
    weightsPerOutput: each(weights),
  };
}

/** Operators of constants alone, which engines compute once, when they load a network. */
export function constantOps(layers: readonly Layer[]): Map<string, Op> {
  const found = new Map<string, Op>();
  for (const layer of layers) {
    if (layer.kind === 'op' && layer.inputs.every((name) => found.has(name))) found.set(layer.name, layer);
  }
  return found;
}

const count = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);

/** Values of an operator's own weights, those of others that share them left out. */
function ownParameters(op: Op, network: Pick<Network, 'shared'>): number {
  return op.operands.reduce((sum, operand) => {
    if (operand?.kind !== 'weight') return sum;
    const name = `${op.name}/${operand.part}`;
    return weightOwner(network, name) === name ? sum + count(operand.dims) : sum;
  }, 0);
}

/**
 * Weights that each operator's kernel adds to its network's: its own, and those that the operators of constants before
 * it read, where it is the first that reads these.
 * @param resized an operator at the widths asked for
 */
export function opParameters(
  network: Network,
  constants: ReadonlyMap<string, Op>,
  resized: (op: Op) => Op,
): Map<string, number> {
  const counted = new Set<string>();
  const behind = (name: string): number => {
    const op = constants.get(name);
    if (op === undefined || counted.has(name)) return 0;
    counted.add(name);
    return op.inputs.reduce((sum, input) => sum + behind(input), ownParameters(resized(op), network));
  };
  const result = new Map<string, number>();
  for (const layer of network.layers) {
    if (layer.kind !== 'op' || constants.has(layer.name)) continue;
    result.set(
      layer.name,
      layer.inputs.reduce((sum, input) => sum + behind(input), ownParameters(resized(layer), network)),
    );
  }
  return result;
}
