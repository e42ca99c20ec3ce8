// A network in 8 bits with weights of its own: its scales and zero points from sample inputs.
import type { Network } from '../../network/network.ts';
import { quantizedNetwork } from '../../network/quantized-network.ts';
import { quantizationOf, type ValueRange } from '../../network/quantized-weights.ts';
import type { Weights } from '../../network/weights.ts';
import type { Engine } from '../../profiler/engines/engine.ts';
import { type SampleInputs, valueRanges } from './value-ranges.ts';

const NOTHING: ValueRange = { least: 0, most: 0 };

/**
 * The network in 8 bits (QDQ form, once it is written), with the weights that it had and what their whole numbers stand
 * for. What it makes of the samples is run with floats.
 * @param network deployed, with floats
 */
export async function quantize(
  engine: Engine,
  { network, weights }: { readonly network: Network; readonly weights: Weights },
  samples: SampleInputs,
): Promise<{ network: Network; weights: Weights }> {
  const rounded = quantizedNetwork(network);
  const ranges = await valueRanges(engine, { network, rounded, weights }, samples);
  const parts = quantizationOf(rounded, weights, ({ name }) => ranges.get(name) ?? NOTHING);
  return { network: rounded, weights: new Map([...weights, ...parts]) };
}
