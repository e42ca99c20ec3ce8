import type { ChannelPlan } from '../channel-plan.ts';
import type { Layouts } from './layouts.ts';

/** Adds that a convolution computes as it writes its result, per layer. */
export interface AddFusions {
  /** Per layer: 1 if it runs no kernel of its own (the add, and an activation behind it). */
  readonly absorbed: Uint8Array;
  /** Per convolution: names of the add and activation that it computes too. */
  readonly extra: ReadonlyMap<number, readonly string[]>;
}

/**
 * Adds fused into convolutions, as ONNX Runtime does (ConvAddActivationFusion, and NchwcConv with a sum; checked
 * against the kernels seen in its profiles): an add of two takes place in a convolution of its own layout that has no
 * activation and no other reader; of two such, in the first input where they are blocked, in the earlier layer where
 * they are plain. An activation behind the add goes with it.
 * @param source per layer: the layer whose kernel makes its tensor
 * @param fused per layer: activations that its kernel computes already
 */
export function fuseAdds(
  plan: ChannelPlan,
  alive: Uint8Array,
  source: Int32Array,
  fused: readonly (readonly string[])[],
  layouts: Layouts,
): AddFusions {
  const { layers, outputs } = plan.network;
  const absorbed = new Uint8Array(layers.length);
  const extra = new Map<number, readonly string[]>();
  const readers: number[][] = layers.map(() => []);
  layers.forEach((_, index) => {
    if (alive[index] === 0 || source[index] !== index) return;
    for (const input of plan.inputs[index] as Int32Array) {
      if (alive[input] === 1) readers[source[input] as number]?.push(index);
    }
  });
  const isOutput = new Set(outputs.map((name) => source[plan.layerIndex.get(name) as number]));
  layers.forEach((layer, index) => {
    if (layer.kind !== 'add' || alive[index] === 0 || source[index] !== index) return;
    const inputs = Array.from(plan.inputs[index] as Int32Array, (input) => source[input] as number);
    if (inputs.length !== 2) return;
    const candidates = inputs.filter(
      (input) =>
        layers[input]?.kind === 'conv2d' &&
        fused[input]?.length === 0 &&
        readers[input]?.length === 1 &&
        !isOutput.has(input) &&
        !extra.has(input) &&
        layouts.ofLayer[input] === layouts.ofLayer[index],
    );
    if (layouts.ofLayer[index] !== 'nchwc') candidates.sort((a, b) => a - b);
    const [taker] = candidates;
    if (taker === undefined) return;
    const names = [layer.name];
    absorbed[index] = 1;
    const [behind] = readers[index] ?? [];
    const activation = behind === undefined ? undefined : layers[behind];
    if (readers[index]?.length === 1 && activation?.kind === 'activation' && !isOutput.has(index)) {
      names.push(activation.name);
      absorbed[behind as number] = 1;
    }
    extra.set(taker, names);
  });
  return { absorbed, extra };
}
