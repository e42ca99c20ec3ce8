// Causes of a difference in time, in words.
import type { Cause } from './explanation.ts';

/** Of a cause that made B slower or faster. */
const WORDS: Readonly<Record<Cause, readonly [slower: string, faster: string]>> = {
  flops: ['more FLOPs', 'fewer FLOPs'],
  bytes: ['more bytes', 'fewer bytes'],
  layout: ['a slower data layout', 'a faster data layout'],
  kernel: ['slower kernels', 'faster kernels'],
  reorder: ['reorders added', 'reorders gone'],
  remainder: ['channels beside whole blocks', 'channels in whole blocks'],
  memory: ['traffic that did not shrink', 'traffic that did not grow'],
  overhead: ['time per kernel', 'time per kernel'],
  norm: ['norms not folded', 'norms folded'],
  activation: ['activations not fused', 'activations fused'],
  fusion: ['fused no more', 'fused'],
  layers: ['layers added', 'layers gone'],
  unexplained: ['unexplained', 'unexplained'],
};

/** @param us what it added; negative if it took time away */
export const causeWords = (cause: Cause, us: number): string => WORDS[cause][us > 0 ? 0 : 1];
