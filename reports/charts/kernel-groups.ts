// Kernels grouped for colours: by op, filter and layout.
import { groupBy } from '../../records/group-by.ts';
import type { KernelRecord } from '../../records/measurements.ts';
import { SERIES_COLOURS, seriesColour } from '../palette.ts';

export interface KernelGroup {
  readonly name: string;
  readonly colour: string;
  readonly kernels: readonly KernelRecord[];
}

const REST = 'other';
/** A group smaller than this share of the kernels is not worth a colour. */
const MIN_SHARE = 0.005;

function nameOf({ op, filter_height, filter_width, layout }: KernelRecord, withLayout: boolean): string {
  const filter = op.includes('conv') ? ` ${filter_height}×${filter_width}` : '';
  return `${op}${filter}${withLayout ? `, ${layout}` : ''}`;
}

/**
 * Kernels by op, filter and, where there are several, layout; strides share a group. The largest groups get a colour
 * each, most kernels first; the others share the last one.
 */
export function kernelGroups(kernels: readonly KernelRecord[]): KernelGroup[] {
  const withLayout = new Set(kernels.map(({ layout }) => layout)).size > 1;
  const byName = groupBy(kernels, (kernel) => nameOf(kernel, withLayout));
  const sorted = [...byName].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const large = sorted.filter(
    ([, list], i) => i < SERIES_COLOURS && list.length >= MIN_SHARE * kernels.length,
  );
  const rest = sorted.slice(large.length).flatMap(([, list]) => list);
  const groups = large.map(([name, list], i) => ({ name, colour: seriesColour(i), kernels: list }));
  if (rest.length === 0) return groups;
  return [...groups, { name: REST, colour: seriesColour(SERIES_COLOURS), kernels: rest }];
}
