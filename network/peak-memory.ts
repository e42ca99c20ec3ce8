// The memory that running a network takes at the least: its weights, and the tensors that are alive together.
import type { Layer } from './layer.ts';
import { kernelParameters } from './lowering/kernel-parameters.ts';
import { Lowering } from './lowering/lower.ts';
import { TFJS_RULES } from './lowering/rules.ts';
import type { Network } from './network.ts';

const BYTES_PER_VALUE = 4;

/**
 * Bytes of the weights and of the largest set of tensors that are alive together, in float32, where kernels run in layer
 * order and a tensor is let go when its last reader is done. A layer fused into another's kernel, or one that only looks
 * at its input otherwise (flatten), has no tensor of its own; none is computed in place. Engines take more: workspaces,
 * padded blocks, memory kept for the next run.
 * @param network as written; the network as deployed is what counts
 */
export function peakMemoryBytes(network: Network, batch = 1): number {
  const lowering = new Lowering(network, TFJS_RULES, batch);
  const { network: deployed, shapes } = lowering.plan;
  const kernels = lowering.kernels();
  const layers = new Map(deployed.layers.map((layer) => [layer.name, layer]));
  const stepOf = new Map(
    kernels.flatMap((kernel, step) => kernel.layers.map((name) => [name, step] as const)),
  );
  /** By the layer that makes it, or of an input: where a layer's values are. */
  const tensorOf = new Map<string, string>();
  for (const { name, kind, inputs } of deployed.layers) {
    const step = stepOf.get(name);
    const made = step === undefined ? undefined : kernels[step]?.name;
    tensorOf.set(name, made ?? (kind === 'input' ? name : (tensorOf.get(inputs[0] ?? '') as string)));
  }
  const lastRead = new Map<string, number>();
  kernels.forEach((kernel, step) => {
    for (const name of kernel.layers)
      for (const input of (layers.get(name) as Layer).inputs)
        lastRead.set(tensorOf.get(input) as string, step);
  });
  for (const output of deployed.outputs)
    lastRead.set(tensorOf.get(output) as string, Number.POSITIVE_INFINITY);
  let alive = 0;
  const bytesOf = new Map<string, number>();
  const hold = (tensor: string, bytes: number) => {
    bytesOf.set(tensor, bytes);
    alive += bytes;
  };
  for (const { name, kind } of deployed.layers) {
    const shape = shapes.get(name);
    if (kind === 'input' && shape !== undefined)
      hold(name, BYTES_PER_VALUE * batch * shape.height * shape.width * shape.channels);
  }
  let most = alive;
  kernels.forEach(({ name, outputBytes }, step) => {
    hold(name, outputBytes);
    most = Math.max(most, alive);
    for (const [tensor, bytes] of bytesOf) {
      // What nobody reads goes at once.
      if ((lastRead.get(tensor) ?? step) > step) continue;
      alive -= bytes;
      bytesOf.delete(tensor);
    }
  });
  const weights = kernels.reduce((sum, kernel) => sum + kernelParameters(deployed, kernel), 0);
  return BYTES_PER_VALUE * weights + most;
}
