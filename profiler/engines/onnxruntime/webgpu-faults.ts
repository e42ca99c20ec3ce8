// What ONNX Runtime's WebGPU provider computes wrong, refused before it is measured.
import type { Network } from '../../../network/network.ts';
import { inferShapes } from '../../../network/shapes.ts';
import { UserError } from '../../../records/user-error.ts';

/**
 * Refuses what the WebGPU provider of ONNX Runtime 1.30 computes wrong (seen on SwiftShader, compared with every other
 * engine; it may be github.com/microsoft/onnxruntime/issues/29651): its program Conv2dMM reads input channels by threes where they are a multiple of 3 and not of 4 and the
 * outputs a multiple of 4, which is right for 3 channels alone. Its program for 1×1 convolutions is another.
 * @throws UserError naming the first such layer
 */
export function refuseFaultyConvolutions(network: Network): void {
  const shapes = inferShapes(network);
  for (const layer of network.layers) {
    if (layer.kind !== 'conv2d' || (layer.groups ?? 1) > 1) continue;
    if ([...layer.kernelSize, ...layer.strides].every((size) => size === 1)) continue;
    const inputs = shapes.get(layer.inputs[0] ?? '')?.channels ?? 0;
    if (inputs === 3 || inputs % 3 !== 0 || inputs % 4 === 0 || layer.filters % 4 !== 0) continue;
    throw new UserError({
      got: `layer ${layer.name} of ${network.name} with ${inputs} input and ${layer.filters} output channels, which the WebGPU provider of ONNX Runtime computes wrong`,
      expected:
        'input channels that are no multiple of 3, or one of 4 too, or outputs that are no multiple of 4',
      fix: 'take other widths, or --engine webgpu',
    });
  }
}
