// Layers that make no values of their own: they choose among those that they read, or arrange them.
import type { Layer } from './layer.ts';

const MOVES: ReadonlySet<Layer['kind']> = new Set([
  'max-pool',
  'slice',
  'channel-shuffle',
  'crop',
  'depth-to-space',
  'space-to-depth',
  'dropout',
  'flatten',
]);

/** Whether all that a layer makes are values that it reads, of one scale therefore. */
export function keepsValues(layer: Layer): boolean {
  return MOVES.has(layer.kind) || (layer.kind === 'upsample' && layer.interpolation === 'nearest');
}
