// Why a kernel runs in one of two networks alone.
import type { Layer } from '../../network/layer.ts';
import type { KernelOp } from '../../network/lowering/kernel.ts';
import type { Network } from '../../network/network.ts';
import type { Cause } from '../../records/explanation.ts';

const CHANGES_LAYOUT: ReadonlySet<string> = new Set<KernelOp>([
  'reorder-input',
  'reorder-output',
  'transpose',
]);
/** The engine's own words for the same. */
const REORDERS = /^(reorder|transpose)/i;

const OWN_KERNELS: Partial<Record<Layer['kind'], Cause>> = {
  'batch-norm': 'norm',
  'bias-add': 'norm',
  activation: 'activation',
  prelu: 'activation',
};

/** What tells why kernels run in one network alone. */
export class LoneKernels {
  private readonly layers: ReadonlyMap<string, Layer>;
  private readonly isMatched: (layer: string) => boolean;

  /** @param isMatched whether the other network has that layer too */
  constructor({ layers }: Network, isMatched: (layer: string) => boolean) {
    this.layers = new Map(layers.map((layer) => [layer.name, layer]));
    this.isMatched = isMatched;
  }

  /** Whether what makes a layer's input is in both networks, whatever norms and activations stand between. */
  private followsMatched(layer: Layer): boolean {
    const before = this.layers.get(layer.inputs[0] ?? '');
    if (before === undefined) return false;
    if (this.isMatched(before.name)) return true;
    return OWN_KERNELS[before.kind] !== undefined && this.followsMatched(before);
  }

  /** @param owner the layer that the kernel computes, or whose tensor it turns */
  cause(op: string, owner: string): Cause {
    if (CHANGES_LAYOUT.has(op) || REORDERS.test(op)) return 'reorder';
    const layer = this.layers.get(owner);
    if (layer === undefined) return 'fusion';
    const own = OWN_KERNELS[layer.kind];
    if (this.isMatched(owner)) return own ?? 'fusion';
    return own !== undefined && this.followsMatched(layer) ? own : 'layers';
  }
}
