// Values between channels last, as networks are described, and channels first, as ONNX has them.
import type { Shape } from '../../../network/shapes.ts';

/** NHWC values as NCHW; a flat [N, C] stays as it is. */
export function nchwFromNhwc(values: Float32Array, batch: number, shape: Shape): Float32Array {
  return swapped(values, batch, shape.height * shape.width, shape.channels);
}

/** NCHW values as NHWC; a flat [N, C] stays as it is. */
export function nhwcFromNchw(values: Float32Array, batch: number, shape: Shape): Float32Array {
  return swapped(values, batch, shape.channels, shape.height * shape.width);
}

/** Transposes each of `batch` row-major rows × columns matrices. */
function swapped(values: Float32Array, batch: number, rows: number, columns: number): Float32Array {
  if (rows === 1 || columns === 1) return values;
  const result = new Float32Array(values.length);
  for (let n = 0; n < batch; n++) {
    const base = n * rows * columns;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        result[base + c * rows + r] = values[base + r * columns + c] as number;
      }
    }
  }
  return result;
}
