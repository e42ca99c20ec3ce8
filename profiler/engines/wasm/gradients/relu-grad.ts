// Gradients of ReLU and ReLU6 from their outputs.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Code, Lanes } from './assembler.ts';
import type { WasmBackend } from './heap.ts';
import { overPixels } from './over-pixels.ts';
import { pixelwise } from './pixelwise.ts';

/** Gradient of ReLU. Inputs: dy, and y, the output of ReLU. */
export const reluGrad = gradient((lanes, y) => lanes.equal(y, lanes.constant(0)));

/** Gradient of ReLU6. Inputs: dy, and y, the output of ReLU6. */
export const relu6Grad = gradient((lanes, y) =>
  lanes.or(lanes.equal(y, lanes.constant(0)), lanes.equal(y, lanes.constant(6))),
);

/** Passes dy on except where `isFlat` tells, from y, that the activation is flat. */
function gradient(isFlat: (lanes: Lanes, y: Code) => Code): tfTypes.KernelFunc {
  const pass = pixelwise(['dy', 'y', 'dx'], (lanes, { dy, y, dx }, local) => {
    const value = local();
    const passed = lanes.select(isFlat(lanes, value.get), lanes.constant(0), lanes.load(dy));
    return [...value.set(lanes.load(y)), ...lanes.store(dx, passed)];
  });
  return ({ inputs, backend: untyped }) => {
    const backend = untyped as WasmBackend;
    const { dy, y } = inputs as Record<'dy' | 'y', tfTypes.TensorInfo>;
    const dx = backend.makeOutput(y.shape, 'float32');
    overPixels(backend, pass, { dy: asVector(dy), y: asVector(y), dx: asVector(dx) }, 1);
    return dx;
  };
}

/** The tensor as the channels of a single pixel. */
function asVector({ shape, ...rest }: tfTypes.TensorInfo): tfTypes.TensorInfo {
  return { ...rest, shape: [shape.reduce((product, length) => product * length, 1)] };
}
