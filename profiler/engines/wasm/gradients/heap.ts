// Assembled functions over the memory that the WebAssembly backend of tfjs keeps its tensors in.
import type * as tfTypes from '@tensorflow/tfjs';
import { assemble, type Code, type Scope } from './assembler.ts';

export const floatBytes = Float32Array.BYTES_PER_ELEMENT;

/** What the kernels here use of the tfjs WebAssembly backend. */
export interface WasmBackend {
  readonly wasm: { readonly asm: Readonly<Record<string, unknown>> };
  makeOutput(shape: readonly number[], dtype: 'float32'): tfTypes.TensorInfo;
  /** Counts one more tensor of the same data. */
  incRef(dataId: object): void;
  disposeData(dataId: object): boolean;
  /** Byte address of a tensor's first element. */
  getMemoryOffset(dataId: object): number;
  /** View of a tensor's elements; an allocation may invalidate it. */
  typedArrayFromHeap(tensor: tfTypes.TensorInfo): Float32Array;
}

/** Runs an assembled function over the memory of a backend. */
export type Microkernel<Parameter extends string> = (
  backend: WasmBackend,
  args: Readonly<Record<Parameter, number>>,
) => void;

/** A function for `assemble`, compiled at its first call and linked once to the memory of each backend. */
export function microkernel<Parameter extends string>(
  parameterNames: readonly Parameter[],
  body: (scope: Scope<Parameter>) => Code,
): Microkernel<Parameter> {
  let module: WebAssembly.Module | undefined;
  const linked = new WeakMap<WasmBackend, (...args: number[]) => void>();
  const link = (backend: WasmBackend) => {
    module ??= assemble(parameterNames, body);
    const instance = new WebAssembly.Instance(module, { env: { memory: memoryOf(backend) } });
    const run = instance.exports.run as (...args: number[]) => void;
    linked.set(backend, run);
    return run;
  };
  return (backend, args) => {
    const run = linked.get(backend) ?? link(backend);
    run(...parameterNames.map((name) => args[name]));
  };
}

/**
 * The memory that a backend keeps its tensors in.
 *
 * @throws Error if this build of tfjs-backend-wasm does not expose it.
 */
export function memoryOf(backend: WasmBackend): WebAssembly.Memory {
  const memory = Object.values(backend.wasm.asm).find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) throw new Error('this build of tfjs-backend-wasm does not expose its memory');
  return memory;
}

/** A new float32 tensor of zeros. */
export function zeros(backend: WasmBackend, shape: readonly number[]): tfTypes.TensorInfo {
  const tensor = backend.makeOutput(shape, 'float32');
  backend.typedArrayFromHeap(tensor).fill(0);
  return tensor;
}

/**
 * Calls `use` with the address of a tensor's elements, or of a copy, past which `tail` more bytes can be
 * read.
 */
export function withReadableTail<Result>(
  backend: WasmBackend,
  tensor: tfTypes.TensorInfo,
  tail: number,
  use: (address: number) => Result,
): Result {
  const address = backend.getMemoryOffset(tensor.dataId);
  const values = backend.typedArrayFromHeap(tensor);
  if (address + values.byteLength + tail <= values.buffer.byteLength) return use(address);
  // The tensor ends with the memory.
  const copy = backend.makeOutput([values.length + tail / floatBytes], 'float32');
  backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap(tensor));
  const result = use(backend.getMemoryOffset(copy.dataId));
  backend.disposeData(copy.dataId);
  return result;
}
