// The same on WebGPU, where a kernel's time is the sum of its shader programs'.
import type { Kernel } from '../../../network/lowering/kernel.ts';
import type { KernelTiming } from '../engine.ts';
import { nodeNames, VIEWS } from './match-kernels.ts';
import type { RunEvents } from './profile-events.ts';

const PROVIDER = 'WebGpuExecutionProvider';
/** What the optimizer adds to the names of nodes that it moves to channels last. */
const MOVED = /_token_\d+$/;
const TURN = 'Transpose';

/** The shader programs of one node together. */
interface Program {
  readonly op: string;
  readonly durationUs: number;
}

/**
 * GPU times of the kernels that ran, those of the lowering first: each the sum of its shader programs'. A turn of the data
 * that the optimizer put before a node is part of it, unless an input is turned, which is a kernel of its own.
 * @throws Error naming what ran on another provider
 */
export function programTimings(
  kernels: readonly Kernel[],
  { kernels: nodes, programs }: RunEvents,
): KernelTiming[] {
  const elsewhere = nodes.find(({ op, provider }) => provider !== PROVIDER && !VIEWS.has(op));
  if (elsewhere !== undefined) {
    throw new Error(
      `ONNX Runtime ran ${elsewhere.op} ${elsewhere.node} on ${elsewhere.provider}, not on ${PROVIDER}`,
    );
  }
  // Inputs are turned first, each once.
  const inputs = kernels.filter(({ op }) => op === 'transpose').map(({ name }) => name);
  const waiting = new Map<string, Program>();
  const add = (name: string, op: string, us: number) => {
    const before = waiting.get(name);
    waiting.set(name, { op: before?.op ?? op, durationUs: (before?.durationUs ?? 0) + us });
  };
  let turnsUs = 0;
  let last: string | undefined;
  for (const { node, op, durationUs } of programs) {
    const name = node.replace(MOVED, '');
    const isTurn = op === TURN && name === TURN;
    const input = isTurn ? inputs.shift() : undefined;
    if (input !== undefined) waiting.set(input, { op, durationUs });
    else if (isTurn) turnsUs += durationUs;
    else {
      add(name, op, turnsUs + durationUs);
      turnsUs = 0;
      last = name;
    }
  }
  // Behind the last: of the outputs.
  if (last !== undefined) add(last, TURN, turnsUs);
  const foreseen = kernels.flatMap((kernel): KernelTiming[] => {
    const name = nodeNames(kernel).find((each) => waiting.has(each));
    const found = name === undefined ? undefined : waiting.get(name);
    if (name === undefined || found === undefined) return [];
    waiting.delete(name);
    return [{ kernel, durationUs: found.durationUs }];
  });
  const others = [...waiting].map(
    ([name, { op, durationUs }]): KernelTiming => ({
      kernel: { name, op, isUnforeseen: true },
      durationUs,
    }),
  );
  return [...foreseen, ...others];
}
