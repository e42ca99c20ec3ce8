// Which of the kernels that ONNX Runtime ran are those that lowering predicts, node by node.
import type { Kernel, KernelOp } from '../../../network/lowering/kernel.ts';
import { groupBy } from '../../../records/group-by.ts';
import type { KernelTiming } from '../engine.ts';
import { isOfEightBits, matchEightBits } from './match-eight-bits.ts';
import type { KernelEvent } from './profile-events.ts';

const BLOCKED_SUFFIX = '_nchwc';
/** Ops whose nodes are renamed when they go blocked; the others keep their names. */
const NAMES_TELL_LAYOUT: ReadonlySet<KernelOp> = new Set(['conv', 'depthwise-conv', 'max-pool', 'avg-pool']);
/** Nodes that move no data: their microsecond belongs to the network's overhead. */
export const VIEWS: ReadonlySet<string> = new Set(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity']);
/** Between halves and the floats that they are computed with: no kernel of a layer. */
export const CAST = 'Cast';
/** Before the names of nodes whose results are cast. */
const CAST_PREFIX = /^InsertedPrecisionFreeCast_/;
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
  const node = event.node.replace(CAST_PREFIX, '');
  return node.endsWith(BLOCKED_SUFFIX) ? node.slice(0, -BLOCKED_SUFFIX.length) : node;
}

function isBlocked(event: KernelEvent): boolean {
  return event.node.endsWith(BLOCKED_SUFFIX);
}

/** What ONNX Runtime ran, beside what the lowering rules foresee. */
export interface MatchedKernels {
  /** Per kernel of the lowering: the index of its event, or −1 where it did not run as one. */
  readonly eventOf: Int32Array;
  /** Indices of the events that no kernel of the lowering stands for. */
  readonly unforeseen: readonly number[];
}

/** Pairs the kernels that the lowering rules predict with those that ONNX Runtime ran. */
export function matchKernels(kernels: readonly Kernel[], events: readonly KernelEvent[]): MatchedKernels {
  const eventAt = (index: number) => events[index] as KernelEvent;
  const movers = [...events.keys()].filter((index) => !VIEWS.has(eventAt(index).op));
  const named = movers.filter((index) => eventAt(index).op !== CAST);
  const waiting = groupBy(named, (index) => eventKey(eventAt(index)));
  const ofEightBits = matchEightBits(kernels, events);
  const left = new Set(movers);
  for (const index of ofEightBits.values()) left.delete(index);
  const take = (key: string, isRight: (event: KernelEvent) => boolean = () => true) => {
    const index = waiting.get(key)?.find((each) => left.has(each));
    if (index === undefined || !isRight(eventAt(index))) return undefined;
    left.delete(index);
    return index;
  };
  const eventOf = Int32Array.from(kernels, (kernel, index) => {
    if (isOfEightBits(kernel)) return ofEightBits.get(index) ?? -1;
    if (kernel.op === 'reorder-input' || kernel.op === 'reorder-output') {
      const { height, width } = kernel.output;
      const channels = kernel.paddedOutputChannels;
      // One that feeds a flatten writes [N, H, W, C], which reads as channels H, height W, width C.
      return (
        take(reorderKey(kernel.op, height, width, channels)) ??
        take(reorderKey(kernel.op, width, channels, height)) ??
        -1
      );
    }
    const isRight = (event: KernelEvent) =>
      !NAMES_TELL_LAYOUT.has(kernel.op) || isBlocked(event) === (kernel.layout === 'nchwc');
    for (const name of nodeNames(kernel)) {
      const event = take(name, isRight);
      if (event !== undefined) return event;
    }
    return -1;
  });
  return { eventOf, unforeseen: [...left] };
}

/** Times of the kernels that ran, those of the lowering first. */
export function kernelTimings(kernels: readonly Kernel[], events: readonly KernelEvent[]): KernelTiming[] {
  const { eventOf, unforeseen } = matchKernels(kernels, events);
  const foreseen = kernels.flatMap((kernel, i): KernelTiming[] => {
    const event = events[eventOf[i] as number];
    return event === undefined ? [] : [{ kernel, durationUs: event.durationUs }];
  });
  const others = unforeseen.map((index): KernelTiming => {
    const { node, op, durationUs } = events[index] as KernelEvent;
    return { kernel: { name: node, op, isUnforeseen: true }, durationUs };
  });
  return [...foreseen, ...others];
}
