// A part of a map's pixels, as a layer.
import type { Size2d } from '../layer.ts';
import type { NodeSite } from './node-site.ts';

/** Which pixels are taken along height or width. */
export interface PixelRange {
  readonly from: number;
  readonly count: number;
  readonly step: number;
}

/** The layer of every step-th row and column of a map. */
export function cropped(site: NodeSite, layer: string, rows: PixelRange, columns: PixelRange): string {
  const size: Size2d = [rows.count, columns.count];
  const strides: Size2d = [rows.step, columns.step];
  return site.add({ kind: 'crop', inputs: [layer], top: rows.from, left: columns.from, size, strides });
}
