// How our layers see a tensor of ONNX, and its sizes again.
import type { Shape } from './shape.ts';
import { DATA_TYPE, dimAt, type TensorType } from './tensor-type.ts';

/** Whether the first dimension is the batch and nothing else is. */
function isBatched({ dims: [first], batch }: TensorType): boolean {
  return batch === null ? typeof first === 'object' && first.perExample === 1 : first === batch;
}

/**
 * As our layers see it: N×C×H×W a map, N×C a vector, and any other tensor rows of its last dimension, with its own
 * dimensions beside.
 */
export function shapeOfTensor(tensor: TensorType): Shape {
  const { dims, dataType, batch } = tensor;
  const own = dataType === DATA_TYPE.float32 ? {} : { dataType };
  const sizes = dims.map((dim) => dimAt(dim, 1));
  const [, channels = 1, height = 1, width = 1] = sizes;
  if (isBatched(tensor) && dims.every((dim, i) => i === 0 || typeof dim === 'number')) {
    if (dims.length === 4) return { height, width, channels, flat: false, ...own };
    if (dims.length === 2) return { height: 1, width: 1, channels, flat: true, ...own };
  }
  const last = sizes.at(-1) ?? 1;
  const values = sizes.reduce((product, size) => product * size, 1);
  const rows = Math.max(1, Math.ceil(values / last / (batch ?? 1)));
  return { height: rows, width: 1, channels: last, flat: false, tensor, ...own };
}

/** ONNX's sizes of a tensor of that shape. */
export function onnxSizes({ height, width, channels, flat, tensor }: Shape, batch: number): number[] {
  if (tensor !== undefined) return tensor.dims.map((dim) => dimAt(dim, batch));
  return flat ? [batch, channels] : [batch, channels, height, width];
}
