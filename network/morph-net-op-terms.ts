// The table of op costs as Google's library has it: what each layer kind costs there, by its alive channels.
import type { Layer } from './layer.ts';
import { unknownLayer } from './layer.ts';

/** An op's costs as polynomials in its alive inputs I and outputs O; bytes at 4 per value. */
export interface OpTerms {
  readonly flopsIO: number;
  readonly flopsO: number;
  readonly parametersIO: number;
  readonly parametersO: number;
  /** 1 where morph-net relaxes a depthwise convolution's FLOPs and weights through its inputs too. */
  readonly relaxesInput: 0 | 1;
  readonly bytesI: number;
  readonly bytesO: number;
  readonly bytesIO: number;
}

const BYTES_PER_VALUE = 4;

/**
 * The terms of a layer, or null where it costs nothing there.
 * @param inputAreas pixels of each input, times the batch
 * @param outputArea pixels of the output, times the batch
 * @param compatibility see MorphNetView
 */
export function opTerms(
  layer: Layer,
  inputAreas: readonly number[],
  outputArea: number,
  compatibility: boolean,
): OpTerms | null {
  const [inputArea = 0] = inputAreas;
  const moved: OpTerms = {
    flopsIO: 0,
    flopsO: 0,
    parametersIO: 0,
    parametersO: 0,
    relaxesInput: 0,
    bytesI: BYTES_PER_VALUE * inputArea,
    bytesO: BYTES_PER_VALUE * outputArea,
    bytesIO: 0,
  };
  switch (layer.kind) {
    case 'conv2d':
    case 'conv2d-transpose':
    case 'dense': {
      const taps = layer.kind === 'dense' ? 1 : layer.kernelSize[0] * layer.kernelSize[1];
      // A transposed convolution multiplies at each of its input's pixels.
      const pixels = layer.kind === 'conv2d-transpose' ? inputArea : outputArea;
      // Channels of one group in, per output.
      const groups = layer.kind === 'dense' ? 1 : (layer.groups ?? 1);
      return {
        ...moved,
        flopsIO: (2 * pixels * taps) / groups,
        parametersIO: taps / groups,
        bytesIO: (BYTES_PER_VALUE * taps) / groups,
      };
    }
    case 'depthwise-conv2d': {
      const taps = layer.kernelSize[0] * layer.kernelSize[1];
      return {
        ...moved,
        flopsO: 2 * outputArea * taps,
        parametersO: taps,
        relaxesInput: compatibility ? 1 : 0,
        // Its weight bytes are counted as those of a full convolution, its weights as taps × outputs.
        bytesIO: BYTES_PER_VALUE * taps,
      };
    }
    case 'batch-norm':
      return moved;
    case 'activation':
      return layer.activation === 'relu' || layer.activation === 'relu6' ? moved : null;
    case 'gate':
      // Mul(mask[C], x): the mask is read too.
      return { ...moved, bytesI: moved.bytesI + BYTES_PER_VALUE };
    case 'add':
    case 'multiply':
    case 'subtract':
    case 'divide':
    case 'minimum':
    case 'maximum':
      // All inputs at the alive count of the first, each with its own height and width.
      return { ...moved, bytesI: BYTES_PER_VALUE * inputAreas.reduce((sum, area) => sum + area, 0) };
    case 'concat':
      return { ...moved, bytesI: 0, bytesO: 2 * moved.bytesO };
    case 'input':
    case 'max-pool':
    case 'avg-pool':
    case 'global-avg-pool':
    case 'flatten':
    case 'softmax':
    case 'bias-add':
    case 'slice':
    case 'pad':
    case 'border-pad':
    case 'crop':
    case 'upsample':
    case 'resize':
    case 'depth-to-space':
    case 'space-to-depth':
    case 'group-norm':
    case 'layer-norm':
    case 'local-response-norm':
    case 'prelu':
    case 'channel-mean':
    case 'channel-max':
    case 'arg-max':
    case 'op':
    case 'op-output':
    case 'channel-shuffle':
    case 'dropout':
      return null;
    default:
      return unknownLayer(layer);
  }
}
