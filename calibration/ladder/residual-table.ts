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
function position(log: number, [first, last]: readonly [number, number]): [number, number] {
  const octave = Math.min(last, Math.max(first, log));
  const knot = Math.min(Math.floor(octave), Math.max(first, last - 1));
  return [knot - first, octave - knot];
}

/** What changes slowly, at log₂ of channels in, channels out and output pixels: linear between the knots, constant beyond. */
export function smoothAt(
  { inputOctaves, outputOctaves, pixelOctaves, smooth }: ResidualTable,
  [input, output, pixels]: readonly [number, number, number],
): number {
  const [i, alongInput] = position(input, inputOctaves);
  const [o, alongOutput] = position(output, outputOctaves);
  const [p, alongPixels] = position(pixels, pixelOctaves);
  const pixelKnots = pixelOctaves[1] - pixelOctaves[0] + 1;
  const outputKnots = outputOctaves[1] - outputOctaves[0] + 1;
  let sum = 0;
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

/** log(measured / modelled) at a shape. */
export function residualAt(table: ResidualTable, shape: ChannelShape): number {
  const { inputChannels, outputChannels, outputPixels } = shape;
  const remainders = PERIOD * (inputChannels % PERIOD) + (outputChannels % PERIOD);
  return (
    (table.alignment[remainders] as number) +
    smoothAt(table, [Math.log2(inputChannels), Math.log2(outputChannels), Math.log2(outputPixels)])
  );
}
