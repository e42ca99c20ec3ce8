// How large a resize makes each dimension, and by what its coordinates are scaled.
import type { NodeSite } from './node-site.ts';

/** Of one dimension. */
export interface Scaling {
  readonly size: number;
  /** As the file has it, in float32; output over input where the file has sizes. */
  readonly scale: number;
}

export interface Scalings {
  /** By dimension. */
  readonly all: readonly Scaling[];
  /** Where the file has sizes: those it asks for, by dimension, and whether they are to be fitted into or covered. */
  readonly fit?: { readonly policy: 'not_larger' | 'not_smaller'; readonly target: readonly number[] };
}

/** Whether an Upsample, or a Resize of the first version: scales alone, corners kept. */
export function isLegacy(site: NodeSite): boolean {
  return site.node.opType === 'Upsample' || site.opset < 11;
}

function scaled(size: number, scale: number): Scaling {
  // In float32, as ONNX Runtime computes it.
  const factor = Math.fround(scale);
  return { size: Math.floor(Math.fround(Math.fround(size) * factor)), scale: factor };
}

/** Numbers for each dimension, from those for some: what is not named stays. */
function spreadOut(
  site: NodeSite,
  sizes: readonly number[],
  given: readonly number[],
): (number | undefined)[] {
  const axes = (site.ints('axes') ?? given.map((_, axis) => axis)).map((axis) =>
    site.axis(axis, sizes.length),
  );
  if (axes.length !== given.length || new Set(axes).size !== axes.length)
    site.fail(`${given.length} scales or sizes for axes [${axes}]`, 'one for each axis', 'correct the model');
  return sizes.map((_, axis) => (axes.includes(axis) ? given[axes.indexOf(axis)] : undefined));
}

/**
 * From scales or sizes, of all dimensions or of `axes` (opset 18), with `keep_aspect_ratio_policy`.
 * @param sizes of the input
 */
export function scalingsOf(site: NodeSite, sizes: readonly number[]): Scalings {
  const checked = (scalings: Scalings): Scalings => {
    const wrong = scalings.all.find(
      ({ size, scale }) => !Number.isSafeInteger(size) || size < 1 || !(scale > 0),
    );
    if (wrong === undefined) return scalings;
    return site.fail(`size ${wrong.size} at scale ${wrong.scale}`, 'at least one pixel', 'correct the model');
  };
  const [scalesAt, sizesAt] = isLegacy(site) ? [1, -1] : [2, 3];
  const scales = site.floats('scales') ?? site.numbers(scalesAt, 'scales');
  if (scales !== undefined && scales.length > 0) {
    const given = spreadOut(site, sizes, scales);
    return checked({ all: sizes.map((size, axis) => scaled(size, given[axis] ?? 1)) });
  }
  const target = sizesAt < 0 ? undefined : site.numbers(sizesAt, 'sizes');
  if (target === undefined || target.length === 0)
    return site.fail('neither scales nor sizes', 'one of them', 'export the model again');
  const given = spreadOut(site, sizes, target);
  const ratios = sizes.map((size, axis) => Math.fround((given[axis] ?? size) / size));
  const policy = site.text('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch')
    return checked({
      all: sizes.map((size, axis) => ({ size: given[axis] ?? size, scale: ratios[axis] ?? 1 })),
    });
  if (policy !== 'not_larger' && policy !== 'not_smaller')
    return site.unsupported(`keep_aspect_ratio_policy ${policy}`, 'stretch, not_larger or not_smaller');
  const named = ratios.filter((_, axis) => given[axis] !== undefined);
  const scale = policy === 'not_larger' ? Math.min(...named) : Math.max(...named);
  return checked({
    all: sizes.map((size, axis) =>
      given[axis] === undefined ? { size, scale: 1 } : { size: Math.round(Math.fround(scale * size)), scale },
    ),
    fit: { policy, target: sizes.map((size, axis) => given[axis] ?? size) },
  });
}
