// What an engine runs of a network: a kernel's op, layout, shapes and the work and traffic that follow from them.
import type { WebgpuProgram } from './webgpu-programs.ts';

/** What a kernel computes. A concat is a copy; a reorder changes the data layout alone, quantizing the type. */
export type KernelOp =
  | 'conv'
  | 'depthwise-conv'
  | 'conv-transpose'
  | 'dense'
  | 'max-pool'
  | 'avg-pool'
  | 'global-avg-pool'
  | 'batch-norm'
  | 'group-norm'
  | 'layer-norm'
  | 'local-response-norm'
  | 'scale'
  | 'activation'
  | 'prelu'
  | 'channel-mean'
  | 'channel-max'
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'minimum'
  | 'maximum'
  | 'bias-add'
  | 'slice'
  | 'pad'
  | 'border-pad'
  | 'crop'
  | 'upsample'
  | 'resize'
  | 'depth-to-space'
  | 'space-to-depth'
  | 'channel-shuffle'
  | 'concat'
  | 'softmax'
  | 'arg-max'
  | 'op'
  | 'transpose'
  | 'reorder-input'
  | 'reorder-output'
  | 'quantize'
  | 'dequantize';

/** Order of the data: channels last, channels first, or channels first in blocks (ONNX Runtime's NCHWc). */
export type DataLayout = 'nhwc' | 'nchw' | 'nchwc';

export interface MapSize {
  readonly height: number;
  readonly width: number;
}

/**
 * How a kernel's work and traffic grow with its channel counts, at its batch and map sizes: in FLOPs and values. A pair
 * is an input channel joined to an output channel, of which there are inputs · outputs / groups.
 */
export interface ChannelCosts {
  readonly groups: number;
  readonly flopsPerPair: number;
  readonly flopsPerOutput: number;
  readonly readPerInput: number;
  readonly readPerOutput: number;
  readonly writtenPerOutput: number;
  readonly weightsPerPair: number;
  readonly weightsPerOutput: number;
}

/** Bytes of a kernel's values where they are not all float32. */
export interface ElementBytes {
  readonly read: number;
  readonly written: number;
  /** Of the weights that {@link ChannelCosts} counts. */
  readonly weight: number;
  /** Of what else each output channel weighs: a bias of more bits, a scale. */
  readonly morePerOutput: number;
}

/** A kernel but for its channel counts; `kernelAt` makes one of it. */
export interface KernelFrame {
  /** The layer that names it; a reorder is named after the tensor it reorders. */
  readonly name: string;
  /** Every layer that it computes. */
  readonly layers: readonly string[];
  readonly op: KernelOp;
  readonly layout: DataLayout;
  /**
   * Op, filter, stride, layout and program, such as `conv 3x3/2 nchw` or `conv 3x3/1 nhwc direct-vec4`: kernels of one
   * class share a cost model.
   */
  readonly kernelClass: string;
  /** Where an engine has several for one op. */
  readonly program?: WebgpuProgram;
  readonly batch: number;
  /** Size of its first input; of a product, of its largest. */
  readonly input: MapSize;
  readonly output: MapSize;
  readonly filter: MapSize;
  readonly costs: ChannelCosts;
  /** Weights of an operator that reads only part of them, or that has those of others. */
  readonly parameters?: number;
  /** 4 bytes a value by default. */
  readonly elements?: ElementBytes;
}

/** What an engine really runs for one or more layers after fusion. */
export interface Kernel extends KernelFrame {
  /** Of its first input. */
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Channels that are really computed: a blocked layout rounds up to whole blocks. */
  readonly paddedInputChannels: number;
  readonly paddedOutputChannels: number;
  /** 2 per multiply-add, of the channels the network has. */
  readonly flops: number;
  /** 2 per multiply-add, of the padded channels. */
  readonly paddedFlops: number;
  /** Of all inputs, as they are stored. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly weightBytes: number;
}

/** Bytes that pass between memory and the kernel if each is moved once. */
export function kernelBytes(kernel: Kernel): number {
  return kernel.inputBytes + kernel.outputBytes + kernel.weightBytes;
}

/** FLOPs per byte. */
export function arithmeticIntensity(kernel: Kernel): number {
  return kernel.flops / kernelBytes(kernel);
}

/**
 * A kernel as tables name it: its layer, or the tensor whose layout or type it changes, and that it only does that.
 */
export function kernelTitle({ name, op, layers, elements }: Kernel): string {
  const isTurn = op === 'transpose' && layers.length === 0 && elements !== undefined;
  const changes = isTurn || op.startsWith('reorder') || op === 'quantize' || op === 'dequantize';
  return changes ? `${name} (${op})` : name;
}
