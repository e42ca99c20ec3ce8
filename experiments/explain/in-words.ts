// What changed in a kernel, in a few words, by cause.
import { type Kernel, kernelBytes } from '../../network/lowering/kernel.ts';
import type { Cause } from '../../records/explanation.ts';
import { type Owned, opOf } from './pair-kernels.ts';

const times = (a: number, b: number) => `× ${(a > 0 ? b / a : 1).toPrecision(3)}`;
const channels = ({ inputChannels, outputChannels }: Kernel) => `${inputChannels}→${outputChannels}`;
const sizes = (a: Kernel, b: Kernel) => `${channels(a)} channels, now ${channels(b)}`;

/** Of a kernel that both networks have. */
export function changeInWords(cause: Cause, a: Kernel, b: Kernel): string {
  const bytes = `bytes ${times(kernelBytes(a), kernelBytes(b))}`;
  const flops = `FLOPs ${times(a.flops, b.flops)}`;
  switch (cause) {
    case 'flops':
      return flops;
    case 'bytes':
      return bytes;
    case 'layout':
      return `${a.layout} → ${b.layout} at ${sizes(a, b)}`;
    case 'kernel':
      return `${a.kernelClass} → ${b.kernelClass}`;
    case 'remainder':
      return sizes(a, b);
    case 'memory':
      return `${bytes} at ${flops}`;
    case 'overhead':
      return 'time per kernel';
    default:
      return '';
  }
}

/** Of a kernel that one network has. */
export function loneInWords(kernel: Owned, isNew: boolean): string {
  const what = 'kernel' in kernel ? kernel.kernel.kernelClass : `op:${opOf(kernel)}`;
  return `${what} ${isNew ? 'added' : 'gone'}`;
}
