// Concatenation by the copies that slices use, several times as fast as the backend's own.
import type * as tfTypes from '@tensorflow/tfjs';
import { floatBytes, type WasmBackend } from './heap.ts';
import { copyChannels } from './pixelwise.ts';

/**
 * The `Concat` kernel for float32, several times as fast as the backend's own; `original` is called for other
 * types.
 */
export function concat(
  tf: typeof import('@tensorflow/tfjs'),
  original: tfTypes.KernelFunc,
): tfTypes.KernelFunc {
  return (call) => {
    const parts = Object.values(call.inputs).filter((part) => part !== undefined);
    if (parts.some(({ dtype }) => dtype !== 'float32')) return original(call);
    const backend = call.backend as WasmBackend;
    const shapes = parts.map(({ shape }) => shape);
    const { axis: given } = call.attrs as unknown as tfTypes.ConcatAttrs;
    const [axis = 0] = tf.util.parseAxisParam(given, shapes[0] ?? []);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    const whole = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), 'float32');
    // Before the axis every part has the same pieces; after it, each has its own length of piece.
    const pieces = tf.util.sizeFromShape(whole.shape.slice(0, axis));
    const wholePiece = tf.util.sizeFromShape(whole.shape.slice(axis));
    let to = backend.getMemoryOffset(whole.dataId);
    for (const part of parts) {
      const length = tf.util.sizeFromShape(part.shape.slice(axis));
      copyChannels(backend, {
        rows: 1,
        pixels: pieces,
        channels: length,
        from: backend.getMemoryOffset(part.dataId),
        fromRow: 0,
        fromPixel: length * floatBytes,
        to,
        toRow: 0,
        toPixel: wholePiece * floatBytes,
      });
      to += length * floatBytes;
    }
    return whole;
  };
}
