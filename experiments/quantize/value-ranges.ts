// What values each layer of a network makes of sample inputs: the ranges that its 8 bits are to reach.
import { isRounded } from '../../network/element-types.ts';
import type { Network } from '../../network/network.ts';
import type { ValueRange } from '../../network/quantized-weights.ts';
import { seededNormals, type Weights } from '../../network/weights.ts';
import type { Engine } from '../../profiler/engines/engine.ts';

export interface SampleInputs {
  /** How many inputs are run. */
  readonly count: number;
  readonly seed: number;
}

/** Normal values for each input layer, others for each sample. */
function sampleInputs(network: Network, seed: number, sample: number): Map<string, Float32Array> {
  const inputs = new Map<string, Float32Array>();
  for (const layer of network.layers) {
    if (layer.kind !== 'input') continue;
    const count = layer.height * layer.width * layer.channels;
    inputs.set(layer.name, seededNormals(`${layer.name} ${sample}`, count, seed));
  }
  return inputs;
}

function widened(range: ValueRange | undefined, values: Float32Array): ValueRange {
  let [least, most] = [range?.least ?? Number.POSITIVE_INFINITY, range?.most ?? Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/**
 * Ranges of what the layers make that a network in 8 bits rounds, by name, of seeded inputs.
 * @param network with floats, deployed
 * @param rounded the same in 8 bits
 */
export async function valueRanges(
  engine: Engine,
  { network, rounded, weights }: { network: Network; rounded: Network; weights: Weights },
  { count, seed }: SampleInputs,
): Promise<Map<string, ValueRange>> {
  const names = rounded.layers
    .filter((layer) => isRounded(layer) && layer.kind !== 'input')
    .map(({ name }) => name);
  const outputs = [...new Set([...network.outputs, ...names])];
  const loaded = await engine.load({ ...network, outputs }, { batch: 1, weights });
  const ranges = new Map<string, ValueRange>();
  try {
    for (let sample = 0; sample < count; sample++) {
      const inputs = sampleInputs(network, seed, sample);
      for (const [name, values] of [...inputs, ...(await loaded.infer(inputs))])
        ranges.set(name, widened(ranges.get(name), values));
    }
  } finally {
    await loaded.dispose();
  }
  return ranges;
}
