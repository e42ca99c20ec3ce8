// The check that ONNX Runtime ran the kernels that lowering predicts, node by node.
import type { Kernel, KernelOp } from '../../../network/lowering/kernel.ts';
import { groupBy } from '../../../records/group-by.ts';
import type { KernelEvent } from './profile-events.ts';

const BLOCKED_SUFFIX = '_nchwc';
/** Ops whose nodes are renamed when they go blocked; the others keep their names. */
const NAMES_TELL_LAYOUT: ReadonlySet<KernelOp> = new Set(['conv', 'depthwise-conv', 'max-pool', 'avg-pool']);
/** Nodes that move no data: their microsecond belongs to the network's overhead. */
export const VIEWS: ReadonlySet<string> = new Set(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity']);
const REORDERS: Readonly<Record<string, 'reorder-input' | 'reorder-output'>> = {
  ReorderInput: 'reorder-input',
  ReorderOutput: 'reorder-output',
};

/** Names that the node of a kernel may have: a blocked one that of the tensor it writes, a plain one of its first layer. */
export function nodeNames({ name, layers }: Kernel): string[] {
  const last = layers.at(-1) ?? name;
  const made = [`${name}/QuickGeluFusion/`, `${name}_bn`, `${last}/GatherSliceToSplitFusion`];
  // The last is a dense layer with its activation.
  return [last, name, ...made, `${name}/pooled`, `${name}/nhwc`, `fused ${name}`];
}

export function otherKernels(notSeen: readonly string[], notPredicted: readonly string[]): Error {
  const list = (items: readonly string[]) => (items.length === 0 ? 'none' : items.slice(0, 5).join(', '));
  return new Error(
    `ONNX Runtime ran other kernels than predicted: not seen ${list(notSeen)}; not predicted ${list(notPredicted)}`,
  );
}

/** Reorders have generated names: they are told apart by direction and shape. */
function reorderKey(op: string, height: number, width: number, channels: number): string {
  return `${op} ${height}x${width}x${channels}`;
}

function eventKey(event: KernelEvent): string {
  const reorder = REORDERS[event.op];
  if (reorder !== undefined) {
    const [, channels = 0, height = 0, width = 0] = event.outputShape;
    return reorderKey(reorder, height, width, channels);
  }
  return event.node.endsWith(BLOCKED_SUFFIX) ? event.node.slice(0, -BLOCKED_SUFFIX.length) : event.node;
}

function isBlocked(event: KernelEvent): boolean {
  return event.node.endsWith(BLOCKED_SUFFIX);
}

/**
 * Pairs the kernels that the lowering rules predict with those that ONNX Runtime ran: returns, per predicted kernel,
 * the index of its event.
 * @throws Error naming what was seen and not predicted, or predicted and not seen
 */
export function matchKernels(kernels: readonly Kernel[], events: readonly KernelEvent[]): Int32Array {
  const eventAt = (index: number) => events[index] as KernelEvent;
  const movers = [...events.keys()].filter((index) => !VIEWS.has(eventAt(index).op));
  const waiting = groupBy(movers, (index) => eventKey(eventAt(index)));
  const take = (key: string) => {
    const list = waiting.get(key);
    const index = list?.shift();
    if (list?.length === 0) waiting.delete(key);
    return index;
  };
  const missing: string[] = [];
  const matched = Int32Array.from(kernels, (kernel) => {
    if (kernel.op === 'reorder-input' || kernel.op === 'reorder-output') {
      const { height, width } = kernel.output;
      const channels = kernel.paddedOutputChannels;
      // One that feeds a flatten writes [N, H, W, C], which reads as channels H, height W, width C.
      const index =
        take(reorderKey(kernel.op, height, width, channels)) ??
        take(reorderKey(kernel.op, width, channels, height));
      if (index === undefined) missing.push(`${kernel.op} of ${kernel.name}`);
      return index ?? -1;
    }
    for (const name of nodeNames(kernel)) {
      const index = take(name);
      if (index === undefined) continue;
      if (NAMES_TELL_LAYOUT.has(kernel.op) && isBlocked(eventAt(index)) !== (kernel.layout === 'nchwc')) {
        missing.push(`${kernel.name} in layout ${kernel.layout}`);
      }
      return index;
    }
    missing.push(`${kernel.op} ${kernel.name}`);
    return -1;
  });
  if (missing.length > 0 || waiting.size > 0) {
    throw otherKernels(missing, [...waiting.keys()]);
  }
  return matched;
}
