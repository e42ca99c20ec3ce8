// Which shader program tfjs-backend-webgpu chooses for a layer, from its shapes.
import type { Layer } from '../layer.ts';
import type { Shape } from '../shapes.ts';

type MapSize = Pick<Shape, 'height' | 'width'>;

type MatMulProgram = 'packed' | 'packed-vec4' | 'small' | 'split-k' | 'split-k-vec4' | 'reduce';

/**
 * Which shader program tfjs-backend-webgpu computes a convolution or dense layer with; they differ in speed. `vec4`
 * works on four channels at a time; `im2col` first copies the windows out.
 */
export type WebgpuProgram =
  | 'direct'
  | 'direct-vec4'
  | 'depthwise'
  | 'depthwise-vec4'
  | MatMulProgram
  | `im2col-${MatMulProgram}`;

export interface ProgramShape {
  readonly batch: number;
  readonly input: MapSize;
  readonly output: MapSize;
  readonly inputChannels: number;
  readonly outputChannels: number;
}

const TILE = 32;
/** Outputs up to which a product is reduced by one workgroup per output. */
const REDUCED_OUTPUTS = 128;
/** Terms from which a product's sum is split over workgroups. */
const SPLIT_TERMS = 2000;

/** As batchMatMulImpl of tfjs-backend-webgpu 4.22 chooses (kernels/BatchMatMul_impl.js). */
function matMulProgram(
  batch: number,
  rows: number,
  terms: number,
  columns: number,
  fewWorkgroups: number,
): MatMulProgram {
  const workgroups = batch * Math.ceil(rows / TILE) * Math.ceil(columns / TILE);
  const few = workgroups <= fewWorkgroups || (rows <= 8 && workgroups <= 2 * fewWorkgroups);
  const vec4 = terms % 4 === 0 && columns % 4 === 0;
  if (!few) return vec4 ? 'packed-vec4' : 'packed';
  if (batch * rows * columns <= REDUCED_OUTPUTS) return 'reduce';
  if (batch !== 1 || terms < SPLIT_TERMS) return 'small';
  return vec4 ? 'split-k-vec4' : 'split-k';
}

/** Same or valid borders, to tfjs: explicit ones of zero pixels are valid. */
function isPlainPadding(layer: Extract<Layer, { kind: 'conv2d' }>): 'same' | 'valid' | null {
  const { padding } = layer;
  if (padding === 'same' || padding === 'valid') return padding;
  return Object.values(padding).every((pixels) => pixels === 0) ? 'valid' : null;
}

/**
 * The program of a layer, as tfjs-backend-webgpu 4.22 chooses it (kernels/Conv2D_impl.js, FusedDepthwiseConv2D.js).
 * @param fewWorkgroups tiles of 32×32 outputs up to which a GPU counts as not filled
 * @returns null for other layers, and for grouped convolutions, which run several
 */
export function webgpuProgram(
  layer: Layer,
  { batch, input, output, inputChannels, outputChannels }: ProgramShape,
  fewWorkgroups: number,
): WebgpuProgram | null {
  switch (layer.kind) {
    case 'dense':
      return matMulProgram(1, batch, inputChannels, outputChannels, fewWorkgroups);
    case 'depthwise-conv2d': {
      const undilated = (layer.dilations ?? [1, 1]).every((dilation) => dilation === 1);
      const vec4 =
        output.height > 4 &&
        output.width > 4 &&
        layer.strides[1] <= 2 &&
        layer.multiplier === 1 &&
        undilated &&
        inputChannels % 4 === 0;
      return vec4 ? 'depthwise-vec4' : 'depthwise';
    }
    case 'conv2d': {
      if ((layer.groups ?? 1) > 1) return null;
      const [height, width] = layer.kernelSize;
      const padding = isPlainPadding(layer);
      const pixels = output.height * output.width;
      if (padding === 'valid' && height === input.height && width === input.width) {
        return matMulProgram(1, batch, height * width * inputChannels, outputChannels, fewWorkgroups);
      }
      const all = [height, width, ...layer.strides, ...(layer.dilations ?? [1, 1])];
      if (padding !== null && all.every((size) => size === 1)) {
        return matMulProgram(batch, pixels, inputChannels, outputChannels, fewWorkgroups);
      }
      const workgroups = batch * Math.ceil(pixels / TILE) * Math.ceil(outputChannels / TILE);
      if (workgroups <= fewWorkgroups) {
        const terms = height * width * inputChannels;
        return `im2col-${matMulProgram(batch, pixels, terms, outputChannels, fewWorkgroups)}`;
      }
      const vec4 = (inputChannels % 4 === 0 || inputChannels % 3 === 0) && outputChannels % 4 === 0;
      return vec4 ? 'direct-vec4' : 'direct';
    }
    default:
      return null;
  }
}
