// The same check on WebGPU, where a kernel's time is the sum of its shader programs'.
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { nodeNames, otherKernels, VIEWS } from './match-kernels.ts';
import type { RunEvents } from './profile-events.ts';

const PROVIDER = 'WebGpuExecutionProvider';
/** What the optimizer adds to the names of nodes that it moves to channels last. */
const MOVED = /_token_\d+$/;
const TURN = 'Transpose';

/**
 * GPU time of each kernel that the lowering rules predict, in µs: the sum of its shader programs'. A turn of the data
 * that the optimizer put before a node is part of it, unless an input is turned, which is a kernel of its own.
 * @throws Error naming what was seen and not predicted, or predicted and not seen, or ran on another provider
 */
export function matchPrograms(kernels: readonly Kernel[], { kernels: nodes, programs }: RunEvents): number[] {
  const elsewhere = nodes.find(({ op, provider }) => provider !== PROVIDER && !VIEWS.has(op));
  if (elsewhere !== undefined) {
    throw new Error(
      `ONNX Runtime ran ${elsewhere.op} ${elsewhere.node} on ${elsewhere.provider}, not on ${PROVIDER}`,
    );
  }
  // Inputs are turned first, each once.
  const inputs = kernels.filter(({ op }) => op === 'transpose').map(({ name }) => name);
  const waiting = new Map<string, number>();
  let turnsUs = 0;
  let last: string | undefined;
  for (const { node, op, durationUs } of programs) {
    const name = node.replace(MOVED, '');
    const isTurn = op === TURN && name === TURN;
    const input = isTurn ? inputs.shift() : undefined;
    if (input !== undefined) waiting.set(input, durationUs);
    else if (isTurn) turnsUs += durationUs;
    else {
      waiting.set(name, (waiting.get(name) ?? 0) + turnsUs + durationUs);
      turnsUs = 0;
      last = name;
    }
  }
  // Behind the last: of the outputs.
  if (last !== undefined) waiting.set(last, (waiting.get(last) ?? 0) + turnsUs);
  const missing: string[] = [];
  const matched = kernels.map((kernel) => {
    const name = nodeNames(kernel).find((each) => waiting.has(each));
    const durationUs = name === undefined ? undefined : waiting.get(name);
    if (name === undefined || durationUs === undefined) {
      missing.push(`${kernel.op} ${kernel.name}`);
      return Number.NaN;
    }
    waiting.delete(name);
    return durationUs;
  });
  if (missing.length > 0 || waiting.size > 0) throw otherKernels(missing, [...waiting.keys()]);
  return matched;
}
