// Layers that several kernels of ONNX Runtime compute, as no single one does.
import type { Layer } from '../layer.ts';
import type { KernelFrame, KernelOp } from './kernel.ts';

/** A kernel of the same sizes that computes another op, with no weights. */
function step(frame: KernelFrame, op: KernelOp, suffix: string, factor = 1): KernelFrame {
  const { name, layout, costs } = frame;
  return {
    ...frame,
    name: suffix === '' ? name : `${name}/${suffix}`,
    layers: suffix === '' ? frame.layers : [],
    op,
    kernelClass: `${op} ${layout}`,
    costs: { ...costs, weightsPerOutput: 0, readPerInput: factor * costs.readPerInput },
  };
}

/** A step with a weight for each channel. */
function weighted(frame: KernelFrame, op: KernelOp, suffix: string): KernelFrame {
  const made = step(frame, op, suffix);
  return { ...made, costs: { ...made.costs, weightsPerOutput: 1 } };
}

/**
 * The kernels of one layer, the last of them named after it (write-elementwise.ts, write-normalization.ts): the gate of
 * a hard-swish and the input times it; softplus, tanh and product of a mish; a group norm's instance norm, scale and
 * offset; a layer norm of maps between two transposes. One kernel for any other layer.
 */
export function splitKernels(
  layer: Layer,
  frame: KernelFrame,
  { channels, flat }: { readonly channels: number; readonly flat: boolean },
  { readsBlocks, feedsBlocks }: { readonly readsBlocks: boolean; readonly feedsBlocks: boolean },
): KernelFrame[] {
  if (layer.kind === 'activation' && layer.activation === 'hard-swish')
    return [{ ...frame, name: `${frame.name}/gate`, layers: [] }, step(frame, 'multiply', '', 2)];
  if (layer.kind === 'activation' && layer.activation === 'mish') {
    return [
      { ...frame, name: `${frame.name}/softplus`, layers: [] },
      { ...frame, name: `${frame.name}/tanh`, layers: [] },
      step(frame, 'multiply', '', 2),
    ];
  }
  if (layer.kind === 'group-norm' && layer.groups < channels) {
    return [
      step(frame, 'group-norm', 'normalized'),
      weighted(frame, 'scale', 'scaled'),
      weighted(frame, 'bias-add', ''),
    ];
  }
  if (layer.kind === 'layer-norm' && !flat) {
    // The reorders out of blocks and into them turn as well.
    const first = readsBlocks ? [] : [step(frame, 'transpose', 'last')];
    const normalized = {
      ...frame,
      name: `${frame.name}/normalized`,
      layers: feedsBlocks ? frame.layers : [],
    };
    return [...first, normalized, ...(feedsBlocks ? [] : [step(frame, 'transpose', '')])];
  }
  return [frame];
}
