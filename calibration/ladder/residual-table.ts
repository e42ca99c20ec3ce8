// What a cost model misses, as a table over channels and output size, and how it is looked up.
import { z } from 'zod';
import type { ChannelShape } from './channel-shape.ts';
import { PERIOD } from './residual-prior.ts';

/** Of counts up to 2⁴⁰. */
const octave = z.number().int().min(0).max(40);
const octaves = z
  .tuple([octave, octave])
  .refine(([first, last]) => first <= last, 'expected the first octave before the last');

/** Logarithms of factors: beyond e²⁰ is no time of a kernel. */
const logFactor = z.number().min(-20).max(20);

/**
 * log(measured / modelled) of one kernel class: what changes slowly, over octaves of channels in, channels out and
 * output pixels, plus what channel counts cost beside multiples of 16.
 */
export const residualTable = z
  .object({
    /** First and last octave (log₂) of each axis. */
    inputOctaves: octaves,
    outputOctaves: octaves,
    pixelOctaves: octaves,
    /** Input octave slowest, pixel octave fastest. */
    smooth: z.array(logFactor),
    /** At remainders of input (slow) and output channels modulo 16. */
    alignment: z.array(logFactor).length(PERIOD * PERIOD),
  })
  .superRefine(({ inputOctaves, outputOctaves, pixelOctaves, smooth }, context) => {
    const knots = [inputOctaves, outputOctaves, pixelOctaves].reduce(
      (product, [first, last]) => product * (last - first + 1),
      1,
    );
    if (smooth.length === knots) return;
    context.addIssue({
      code: 'custom',
      path: ['smooth'],
      message: `expected ${knots} values, one for each corner of its octaves, received ${smooth.length}`,
    });
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
