// Which kernels of a file run as it is are those that lowering makes of the network read of it, by names and sizes.
import { absorbedLayers } from '../../../network/deployed.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import type { LoweringRules } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { asLayerName } from '../../../network/onnx/layer-name.ts';
import type { NodeProto } from '../../../network/onnx/model.ts';
import type { KernelTiming } from '../engine.ts';
import { isOfEightBits, matchEightBits } from './match-eight-bits.ts';
import { CAST, isOperatorOf, timeOf, VIEWS } from './match-kernels.ts';
import type { KernelEvent } from './profile-events.ts';

/** What the optimizer puts around the names of nodes that it makes of others. */
const MADE = /^fused |^InsertedPrecisionFreeCast_|_nchwc$|_bn$|_token_\d+$|\/\w+Fusion\/?.*$/g;
const REORDERS: Readonly<Record<string, Kernel['op']>> = {
  ReorderInput: 'reorder-input',
  ReorderOutput: 'reorder-output',
};

/** What is no kernel of an op, though it may make its tensor: the last node of one spelled out in several. */
const OTHER_OPS: Partial<Record<Kernel['op'], RegExp>> = {
  activation: /^(Add|Sub|Mul|Div|Min|Max|Where)$/,
  multiply: /^(?!Mul$)/,
  add: /^(?!Add$|Sum$)/,
  upsample: /^(?!Resize$|Upsample$)/,
};

/** Names that a node's kernel may go by: its own, and those of the tensors it writes. */
function aliasesOf(nodes: readonly NodeProto[]): Map<string, string> {
  const layerOf = new Map<string, string>();
  for (const [index, { name, opType, output }] of nodes.entries()) {
    const layer = asLayerName(name === '' ? (output[0] ?? '') : name);
    // A node without a name goes by its place.
    for (const alias of [name === '' ? `${opType}_${index}` : name, ...output]) {
      const key = asLayerName(alias);
      if (key !== '' && !layerOf.has(key)) layerOf.set(key, layer);
    }
  }
  return layerOf;
}

/** Values that a kernel writes, whole blocks of channels counted. */
function valuesWritten({ batch, output, paddedOutputChannels }: Kernel): number {
  return batch * output.height * output.width * paddedOutputChannels;
}

function valuesOf({ outputShape }: KernelEvent): number {
  return outputShape.reduce((product, size) => product * size, 1);
}

/** Matches the events of a file's runs with the kernels of its network. */
export class FileMatcher {
  private readonly kernels: readonly Kernel[];
  private readonly aliases: Map<string, string>;
  /** Kernels by the layers that they compute, those folded into them included. */
  private readonly byLayer = new Map<string, number[]>();

  constructor(network: Network, nodes: readonly NodeProto[], rules: LoweringRules, batch: number) {
    this.kernels = new Lowering(network, rules, batch).kernels();
    this.aliases = aliasesOf(nodes);
    const absorbed = [...absorbedLayers(network)];
    this.kernels.forEach(({ name, layers }, index) => {
      const folded = absorbed.flatMap(([layer, into]) => (layers.includes(into) ? [layer] : []));
      for (const layer of new Set([name, ...layers, ...folded])) {
        this.byLayer.set(layer, [...(this.byLayer.get(layer) ?? []), index]);
      }
    });
  }

  private candidates({ node }: KernelEvent): readonly number[] {
    const own = asLayerName(node.replaceAll(MADE, ''));
    return this.byLayer.get(this.aliases.get(own) ?? own) ?? this.byLayer.get(own) ?? [];
  }

  /** Times of the kernels that ran, those that lowering makes of the network first. */
  timings(events: readonly KernelEvent[]): KernelTiming[] {
    const eventOf = new Map<number, KernelEvent>();
    const others: KernelEvent[] = [];
    const ofEightBits = matchEightBits(this.kernels, events, (node) => {
      const own = asLayerName(node);
      return this.aliases.get(own) ?? own;
    });
    for (const [index, event] of ofEightBits) eventOf.set(index, events[event] as KernelEvent);
    const taken = new Set(ofEightBits.values());
    for (const [place, event] of events.entries()) {
      if (taken.has(place) || VIEWS.has(event.op)) continue;
      const values = valuesOf(event);
      const reorder = REORDERS[event.op];
      const own = event.op === CAST ? [] : this.candidates(event);
      const all = reorder === undefined ? own : [...this.kernels.keys()];
      const index = all.find((each) => {
        const kernel = this.kernels[each] as Kernel;
        if (isOfEightBits(kernel)) return false;
        const isReorder = kernel.op.startsWith('reorder');
        if (OTHER_OPS[kernel.op]?.test(event.op) === true) return false;
        const isOp = reorder === undefined ? !isReorder : kernel.op === reorder;
        return (
          isOp && !eventOf.has(each) && valuesWritten(kernel) === values && this.isLaidOut(kernel, event)
        );
      });
      if (index === undefined) others.push(event);
      else eventOf.set(index, event);
    }
    const renamed = others.filter((event) => {
      const index = this.kernels.findIndex(
        (kernel, each) => !eventOf.has(each) && isOperatorOf(kernel, event),
      );
      if (index >= 0) eventOf.set(index, event);
      return index >= 0;
    });
    const unforeseen = others.filter((event) => !renamed.includes(event));
    const foreseen = [...this.kernels].flatMap((kernel, index): KernelTiming[] => {
      const event = eventOf.get(index);
      return event === undefined ? [] : [{ kernel, ...timeOf(event) }];
    });
    return [
      ...foreseen,
      ...unforeseen.map(
        (event): KernelTiming => ({
          kernel: { name: event.node, op: event.op, isUnforeseen: true },
          ...timeOf(event),
        }),
      ),
    ];
  }

  /** Only convolutions and pools tell by their names that they are blocked. */
  private isLaidOut({ op, layout }: Kernel, { node }: KernelEvent): boolean {
    if (op !== 'conv' && op !== 'depthwise-conv' && op !== 'max-pool' && op !== 'avg-pool') return true;
    return node.endsWith('_nchwc') === (layout === 'nchwc');
  }
}
