// Which of the kernels that ONNX Runtime ran are those that lowering predicts, node by node.
import type { Kernel, KernelOp } from '../../../network/lowering/kernel.ts';
import { groupBy } from '../../../records/group-by.ts';
import type { KernelPlace, KernelTiming } from '../engine.ts';
import { isOfEightBits, matchEightBits } from './match-eight-bits.ts';
import type { KernelEvent } from './profile-events.ts';

const BLOCKED_SUFFIX = '_nchwc';
/** What the optimizer puts behind the name of a product that it fuses with what is around. */
const OF_PRODUCTS = /(\/(MatMulAddFusion|MatMulScaleFusion\/|MatmulTransposeFusion\/))+$/;
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
export function nodeNames({ name, layers, op }: Kernel): string[] {
  if (op === 'op') return [name];
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
  const fused = event.node.replace(OF_PRODUCTS, '');
  if (fused !== event.node) return fused;
  const node = event.node.replace(CAST_PREFIX, '');
  return node.endsWith(BLOCKED_SUFFIX) ? node.slice(0, -BLOCKED_SUFFIX.length) : node;
}

function isBlocked(event: KernelEvent): boolean {
  return event.node.endsWith(BLOCKED_SUFFIX);
}

/** Whether an event is of a kernel's operator and makes as many values. */
export function isOperatorOf(
  { op, kernelClass, batch, output, outputChannels }: Kernel,
  event: KernelEvent,
): boolean {
  if (op !== 'op' || kernelClass.split(' ')[0] !== `op:${event.op}`) return false;
  const values = event.outputShape.reduce((product, size) => product * size, 1);
  return batch * output.height * output.width * outputChannels === values;
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
  // The optimizer names anew what it moves or makes of several.
  kernels.forEach((kernel, i) => {
    if (kernel.op !== 'op' || eventOf[i] !== -1) return;
    const found = [...left].find((index) => isOperatorOf(kernel, eventAt(index)));
    if (found === undefined) return;
    left.delete(found);
    eventOf[i] = found;
  });
  return { eventOf, unforeseen: [...left] };
}

/** The time of an event, and when and where it ran. */
export function timeOf({ durationUs, startUs, workers }: KernelEvent): KernelPlace & { durationUs: number } {
  return {
    durationUs,
    ...(startUs === undefined ? {} : { startUs }),
    ...(workers === undefined || workers.length === 0 ? {} : { workers }),
  };
}

/** Times of the kernels that ran, those of the lowering first. */
export function kernelTimings(kernels: readonly Kernel[], events: readonly KernelEvent[]): KernelTiming[] {
  const { eventOf, unforeseen } = matchKernels(kernels, events);
  const foreseen = kernels.flatMap((kernel, i): KernelTiming[] => {
    const event = events[eventOf[i] as number];
    return event === undefined ? [] : [{ kernel, ...timeOf(event) }];
  });
  const others = unforeseen.map((index): KernelTiming => {
    const event = events[index] as KernelEvent;
    return { kernel: { name: event.node, op: event.op, isUnforeseen: true }, ...timeOf(event) };
  });
  return [...foreseen, ...others];
}
