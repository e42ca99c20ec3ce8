// The kernel of an operator that is kept as it is, with what it computes and moves at some widths.
import type { Op } from '../layer.ts';
import type { OpSizing } from '../op-sizing.ts';
import type { KernelFrame } from './kernel.ts';
import type { OpFusions } from './op-fusions.ts';
import { opCosts } from './op-kernel.ts';

interface OpAt {
  readonly sizing: OpSizing;
  readonly batch: number;
  /** Operators that run with it. */
  readonly joined: ReturnType<OpFusions['joined']['get']>;
  /** Weights of operators, by layer. */
  readonly parameters: ReadonlyMap<string, number> | null;
}

/** The frame of the layer's kernel, completed. */
export function opFrame(
  layer: Op,
  frame: KernelFrame,
  { sizing, batch, joined, parameters }: OpAt,
): KernelFrame {
  const work = sizing.work(layer, batch);
  const { height, width, channels } = sizing.shape(layer.name);
  const names = joined?.names ?? [];
  const all = [layer.name, ...names];
  const read = work.read + (joined?.addsTensor === true ? work.written : 0);
  return {
    ...frame,
    layers: [...names, layer.name],
    kernelClass: joined?.becomes === undefined ? frame.kernelClass : `op:${joined.becomes}`,
    output: { height, width },
    costs: opCosts({ ...work, read }, channels),
    parameters: all.reduce((sum, name) => sum + (parameters?.get(name) ?? 0), 0),
  };
}
