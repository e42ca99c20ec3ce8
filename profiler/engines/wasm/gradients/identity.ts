// Identity and cast without a copy.
import type * as tfTypes from '@tensorflow/tfjs';
import type { WasmBackend } from './heap.ts';

/**
 * The `Identity` kernel without the backend's copy of the data. Every tensor saved for a gradient goes
 * through it, and so does every gradient.
 */
export function identity(original: tfTypes.KernelFunc): tfTypes.KernelFunc {
  return (call) => {
    const { x } = call.inputs as { x: tfTypes.TensorInfo };
    return x.dtype === 'string' ? original(call) : shared(call.backend as WasmBackend, x);
  };
}

/** The `Cast` kernel without a copy where the type is already the one asked for. */
export function cast(original: tfTypes.KernelFunc): tfTypes.KernelFunc {
  return (call) => {
    const { x } = call.inputs as { x: tfTypes.TensorInfo };
    const { dtype } = call.attrs as { dtype: tfTypes.DataType };
    return x.dtype === dtype && dtype !== 'string' ? shared(call.backend as WasmBackend, x) : original(call);
  };
}

/** A tensor of the same data, which the backend frees with the last tensor of it. */
function shared(backend: WasmBackend, { dataId, shape, dtype }: tfTypes.TensorInfo): tfTypes.TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}
