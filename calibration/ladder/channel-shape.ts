// Channels and output size of a kernel: what is left of it once its class is known.
import type { Kernel } from '../../network/lowering/kernel.ts';

/** What a residual depends on. */
export interface ChannelShape {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Height × width of the output. */
  readonly outputPixels: number;
}

export function channelShape({ inputChannels, outputChannels, output }: Kernel): ChannelShape {
  return { inputChannels, outputChannels, outputPixels: output.height * output.width };
}

/** Equal for equal shapes. */
export function shapeKey({ inputChannels, outputChannels, outputPixels }: ChannelShape): string {
  return `${inputChannels} ${outputChannels} ${outputPixels}`;
}
