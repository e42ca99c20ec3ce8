// Bytes of a kernel's values, by what its layers store them as.
import { isEightBits, isRounded } from '../element-types.ts';
import type { Layer } from '../layer.ts';
import type { ElementBytes } from './kernel.ts';

/** Of a float32, of a bias of whole numbers, and of a scale. */
const WORD = 4;

/** A kernel that changes the types of values alone, or that moves those of 8 bits. */
export const CONVERSION_BYTES = {
  quantize: { read: WORD, written: 1, weight: WORD, morePerOutput: 0 },
  dequantize: { read: 1, written: WORD, weight: WORD, morePerOutput: 0 },
  move: { read: 1, written: 1, weight: 1, morePerOutput: 0 },
} as const satisfies Record<string, ElementBytes>;

export interface KernelLayers {
  /** Whose kernel it is. */
  readonly layer: Layer;
  /** That makes what it reads first. */
  readonly input: Layer;
  /** The last that is fused into it. */
  readonly last: Layer;
  /** Whether there is a bias, its own or a folded one. */
  readonly hasBias: boolean;
}

/** Whether a kernel computes with 8 bits, with floats between kernels that convert, or on an engine that says nothing of it. */
export type Computing = 'eight-bits' | 'floats' | 'as-stored';

function valueBytes(layer: Layer, computing: Computing): number {
  if (computing === 'eight-bits') return 1;
  if (layer.types?.output === 'float16') return WORD / 2;
  return computing === 'as-stored' && isRounded(layer) ? 1 : WORD;
}

/** Null where all is float32. */
export function elementBytes(
  { layer, input, last, hasBias }: KernelLayers,
  computing: Computing,
): ElementBytes | null {
  const { kernel, output, perChannel } = layer.types ?? {};
  const isWhole = isEightBits(kernel);
  const isHalf = kernel === 'float16' || (kernel === undefined && output === 'float16');
  const bytes: ElementBytes = {
    read: valueBytes(input, computing),
    written: valueBytes(last, computing),
    weight: isWhole ? 1 : isHalf ? WORD / 2 : WORD,
    // A bias has 32 bits beside a kernel of 8.
    morePerOutput: isWhole ? (hasBias ? WORD - 1 : 0) + (perChannel === true ? WORD : 0) : 0,
  };
  return [bytes.read, bytes.written, bytes.weight].every((size) => size === WORD) ? null : bytes;
}

/** As kernels.csv has it; empty for float32. */
export function elementText(bytes: ElementBytes | undefined): string {
  if (bytes === undefined) return '';
  return [bytes.read, bytes.written, bytes.weight, bytes.morePerOutput].join(' ');
}

/** Of {@link elementText}. */
export function elementsOfText(text: string): ElementBytes | undefined {
  if (text === '') return undefined;
  const [read = WORD, written = WORD, weight = WORD, morePerOutput = 0] = text.split(' ').map(Number);
  return { read, written, weight, morePerOutput };
}
