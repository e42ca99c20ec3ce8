// What a cost model misses, as a table over channels and output size, and how it is looked up.
import { z } from 'zod';
import type { ChannelShape } from './channel-shape.ts';
import { PERIOD } from './residual-prior.ts';

const octaves = z.tuple([z.number().int(), z.number().int()]);

/**
 * log(measured / modelled) of one kernel class: what changes slowly, over octaves of channels in, channels out and
 * output pixels, plus what channel counts cost beside multiples of 16.
 */
export const residualTable = z.object({
  /** First and last octave (log₂) of each axis. */
  inputOctaves: octaves,
  outputOctaves: octaves,
  pixelOctaves: octaves,
  /** Input octave slowest, pixel octave fastest. */
  smooth: z.array(z.number()),
  /** At remainders of input (slow) and output channels modulo 16. */
  alignment: z.array(z.number()).length(PERIOD * PERIOD),
});
export type ResidualTable = z.infer<typeof residualTable>;

/** Knot below, and how far above it; clamped to the axis. */
function position(value: number, [first, last]: readonly [number, number]): [number, number] {
  const octave = Math.min(last, Math.max(first, Math.log2(value)));
  const knot = Math.min(Math.floor(octave), Math.max(first, last - 1));
  return [knot - first, octave - knot];
}

/** log(measured / modelled) at a shape, linear between the knots. */
export function residualAt(table: ResidualTable, shape: ChannelShape): number {
  const { inputOctaves, outputOctaves, pixelOctaves, smooth, alignment } = table;
  const [i, alongInput] = position(shape.inputChannels, inputOctaves);
  const [o, alongOutput] = position(shape.outputChannels, outputOctaves);
  const [p, alongPixels] = position(shape.outputPixels, pixelOctaves);
  const pixelKnots = pixelOctaves[1] - pixelOctaves[0] + 1;
  const outputKnots = outputOctaves[1] - outputOctaves[0] + 1;
  let sum = alignment[PERIOD * (shape.inputChannels % PERIOD) + (shape.outputChannels % PERIOD)] as number;
  for (let corner = 0; corner < 8; corner++) {
    const di = corner & 1;
    const dO = (corner >> 1) & 1;
    const dp = corner >> 2;
    const weight =
      (di === 1 ? alongInput : 1 - alongInput) *
      (dO === 1 ? alongOutput : 1 - alongOutput) *
      (dp === 1 ? alongPixels : 1 - alongPixels);
    if (weight === 0) continue;
    sum += weight * (smooth[((i + di) * outputKnots + o + dO) * pixelKnots + p + dp] as number);
  }
  return sum;
}
