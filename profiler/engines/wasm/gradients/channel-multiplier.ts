// Channels repeated and summed, for depthwise convolutions with several filters a channel.
import type * as tfTypes from '@tensorflow/tfjs';
import type { WasmBackend } from './heap.ts';

/** A new tensor with each element of `tensor` (its last axis: channels) `times` times in a row. */
export function repeatChannels(
  backend: WasmBackend,
  tensor: tfTypes.TensorInfo,
  times: number,
): tfTypes.TensorInfo {
  const repeated = backend.makeOutput([...tensor.shape.slice(0, -1), lastOf(tensor) * times], 'float32');
  const from = backend.typedArrayFromHeap(tensor);
  const to = backend.typedArrayFromHeap(repeated);
  from.forEach((value, index) => {
    to.fill(value, index * times, (index + 1) * times);
  });
  return repeated;
}

/** A new tensor of the sums of every `times` successive channels of `tensor`. */
export function sumChannels(
  backend: WasmBackend,
  tensor: tfTypes.TensorInfo,
  times: number,
): tfTypes.TensorInfo {
  const summed = backend.makeOutput([...tensor.shape.slice(0, -1), lastOf(tensor) / times], 'float32');
  const from = backend.typedArrayFromHeap(tensor);
  const to = backend.typedArrayFromHeap(summed);
  for (let index = 0, start = 0; index < to.length; index++, start += times) {
    let sum = 0;
    for (let offset = start; offset < start + times; offset++) sum += from[offset] ?? 0;
    to[index] = sum;
  }
  return summed;
}

function lastOf({ shape }: tfTypes.TensorInfo): number {
  return shape[shape.length - 1] ?? 1;
}
