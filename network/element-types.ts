// What a layer's values are stored as, where that is not float32: halves, or whole numbers of 8 bits.

/** Whole numbers q stand for (q − zero point) · scale. */
export type EightBits = 'int8' | 'uint8';

/**
 * Of a layer's values, as a file or an engine stores them. Scales and zero points are weights of the layer
 * (`output_scale`, `output_zero`; `kernel_scale`, `kernel_zero`; `bias_scale`), so that the very same numbers are written
 * again.
 */
export interface ElementTypes {
  /** Of what it makes: rounded to that type, whatever it is computed in. */
  readonly output?: 'float16' | EightBits;
  readonly kernel?: 'float16' | EightBits;
  /** Whole numbers of 32 bits beside a kernel of 8. */
  readonly bias?: 'int32';
  /** Whether the kernel, and so the bias, has a scale and a zero point for each output channel; else one for all. */
  readonly perChannel?: boolean;
}

/** A layer, as far as its types go. */
export interface Typed {
  readonly types?: ElementTypes;
}

export function isEightBits(type: string | undefined): type is EightBits {
  return type === 'int8' || type === 'uint8';
}

/** Whether what a layer makes is rounded to 8 bits. */
export function isRounded({ types }: Typed): boolean {
  return isEightBits(types?.output);
}

/** Whether anything of a layer is stored in 8 bits. */
export function isQuantized({ types }: Typed): boolean {
  return isEightBits(types?.output) || isEightBits(types?.kernel);
}

/** Least and largest whole number of a type. */
export const WHOLE_RANGES = { int8: [-128, 127], uint8: [0, 255], int32: [-(2 ** 31), 2 ** 31 - 1] } as const;

/** Parts of a layer's weights that say what whole numbers stand for. */
export const QUANTIZATION_PARTS: ReadonlySet<string> = new Set([
  'output_scale',
  'output_zero',
  'kernel_scale',
  'kernel_zero',
  'bias_scale',
]);

/** Names and lengths of those parts that a layer has. */
export function quantizationParts({ types = {} }: Typed, outputChannels: number): [string, number][] {
  const count = types.perChannel === true ? outputChannels : 1;
  return [
    ...(isEightBits(types.output)
      ? ([
          ['output_scale', 1],
          ['output_zero', 1],
        ] as [string, number][])
      : []),
    ...(isEightBits(types.kernel)
      ? ([
          ['kernel_scale', count],
          ['kernel_zero', count],
        ] as [string, number][])
      : []),
    ...(types.bias === 'int32' ? ([['bias_scale', count]] as [string, number][]) : []),
  ];
}

/** The nearest whole number, of two as near the even one, as ONNX rounds. */
export function roundedToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** The whole number of a type that a value is stored as. */
export function quantized(
  value: number,
  scale: number,
  zero: number,
  type: keyof typeof WHOLE_RANGES,
): number {
  const [least, most] = WHOLE_RANGES[type];
  return Math.min(most, Math.max(least, roundedToEven(Math.fround(value / scale)) + zero));
}
