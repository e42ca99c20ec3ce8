// ONNX operators that change the size of a map.
import type { Sampling, Size2d } from '../layer.ts';
import type { Shape } from '../shapes.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { isLegacy, type Scaling, scalingsOf } from './resize-sizes.ts';
import { sizesOf, viewText } from './view.ts';

const MODES: readonly Sampling['mode'][] = ['nearest', 'linear', 'cubic'];
const COORDINATES: readonly Sampling['coordinates'][] = [
  'half_pixel',
  'pytorch_half_pixel',
  'half_pixel_symmetric',
  'align_corners',
  'asymmetric',
];
const ROUNDINGS: readonly Sampling['rounding'][] = [
  'round_prefer_floor',
  'round_prefer_ceil',
  'floor',
  'ceil',
];

/** One of the values that an attribute may have. */
function oneOf<T extends string>(
  site: NodeSite,
  name: string,
  values: readonly T[],
  byDefault: T,
  takesDefault = false,
): T {
  if (takesDefault) return byDefault;
  const given = site.text(name, byDefault);
  const found = values.find((value) => value === given);
  return found ?? site.unsupported(`${name} ${given}`, values.join(', '));
}

/** How the node chooses pixels. */
function samplingOf(site: NodeSite): Sampling {
  const legacy = isLegacy(site);
  const name = 'coordinate_transformation_mode';
  const rounding = oneOf(site, 'nearest_mode', ROUNDINGS, legacy ? 'floor' : 'round_prefer_floor');
  // Of opsets 11 and 12: half a pixel further, cut off.
  const isOld = site.text(name, '') === 'tf_half_pixel_for_nn' && rounding === 'floor';
  const coordinates = oneOf(site, name, COORDINATES, legacy ? 'asymmetric' : 'half_pixel', isOld);
  return {
    // Upsample's bilinear is linear.
    mode: site.text('mode', '') === 'bilinear' ? 'linear' : oneOf(site, 'mode', MODES, 'nearest'),
    coordinates,
    rounding: isOld ? 'round_prefer_ceil' : rounding,
    cubicCoefficient: site.float('cubic_coeff_a', -0.75),
    excludesOutside: site.int('exclude_outside', 0) !== 0,
    antialias: site.int('antialias', 0) !== 0,
  };
}

/** Whether nearest neighbours repeat each pixel equally often, compared one by one. */
function repeatsPixels({ coordinates, rounding }: Sampling, size: number, factor: number): boolean {
  const output = size * factor;
  const round = (x: number) => {
    if (rounding === 'floor') return Math.floor(x);
    if (rounding === 'ceil') return Math.ceil(x);
    return rounding === 'round_prefer_ceil' ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
  };
  const at = (x: number) => {
    if (coordinates === 'asymmetric') return x / factor;
    if (coordinates === 'align_corners') return output === 1 ? 0 : (x * (size - 1)) / (output - 1);
    return (x + 0.5) / factor - 0.5;
  };
  for (let x = 0; x < output; x++) {
    const nearest = Math.min(Math.max(round(at(x)), 0), size - 1);
    if (nearest !== Math.floor(x / factor)) return false;
  }
  return true;
}

/** The interpolation of an upsample by whole factors, if a resize is one. */
function upsampling(
  sampling: Sampling,
  { height, width }: Shape,
  [down, across]: Size2d,
): 'nearest' | 'bilinear' | null {
  if (![down, across].every((factor) => Number.isInteger(factor) && factor >= 1)) return null;
  if (sampling.mode === 'nearest')
    return repeatsPixels(sampling, height, down) && repeatsPixels(sampling, width, across) ? 'nearest' : null;
  if (sampling.mode !== 'linear' || sampling.antialias || sampling.excludesOutside) return null;
  // A map of one pixel is the same everywhere.
  const isHalf = sampling.coordinates === 'half_pixel' || sampling.coordinates === 'pytorch_half_pixel';
  return isHalf || height * width === 1 ? 'bilinear' : null;
}

const resize: NodeReader = (site) => {
  const { draft } = site;
  const tensor = site.tensor(0);
  const sizes = sizesOf(tensor.view);
  const { all, fit } = scalingsOf(site, sizes);
  if (all.every(({ size, scale }, axis) => size === sizes[axis] && scale === 1)) return tensor;
  const sampling = samplingOf(site);
  const { layer, order } = draft.arranged(tensor, site.fail);
  const shape = draft.shapeOf(layer);
  const pixels = order === 'last' ? [1, 2] : [2, 3];
  const elsewhere = all.some(
    ({ size, scale }, axis) => !pixels.includes(axis) && (size !== sizes[axis] || scale !== 1),
  );
  if (elsewhere || shape.flat) {
    const factors = all.map(({ scale }) => Number(scale.toPrecision(4))).join('×');
    site.unsupported(`factors ${factors} of ${viewText(tensor.view)}`, 'factors of height and width');
  }
  const [down, across] = pixels.map((axis) => all[axis]) as [Scaling, Scaling];
  const size: Size2d = [down.size, across.size];
  const scale: Size2d = [down.scale, across.scale];
  const interpolation = fit === undefined ? upsampling(sampling, shape, scale) : null;
  const side = order === 'last' ? 'last' : 'first';
  if (interpolation !== null)
    return draft.tensor(site.add({ kind: 'upsample', inputs: [layer], factor: scale, interpolation }), side);
  const target = pixels.map((axis) => fit?.target[axis] ?? 1) as unknown as Size2d;
  const isOfSizes =
    Math.fround(size[0] / shape.height) === scale[0] && Math.fround(size[1] / shape.width) === scale[1];
  const made = site.add({
    kind: 'resize',
    inputs: [layer],
    size,
    ...(isOfSizes || fit !== undefined ? {} : { scale }),
    ...(fit === undefined ? {} : { fit: { policy: fit.policy, target } }),
    sampling,
  });
  return draft.tensor(made, side);
};

const depthToSpace: NodeReader = (site) => {
  const { draft } = site;
  let layer = site.map();
  const block = blockOf(site);
  // Ours counts blocks before channels; the other way round is a shuffle away.
  if (site.text('mode', 'DCR') === 'CRD')
    layer = draft.shuffle(layer, site.shapeOf(layer).channels / block ** 2);
  return draft.tensor(site.add({ kind: 'depth-to-space', inputs: [layer], block }));
};

const spaceToDepth: NodeReader = (site) => {
  const layer = site.map();
  return site.draft.tensor(site.add({ kind: 'space-to-depth', inputs: [layer], block: blockOf(site) }));
};

function blockOf(site: NodeSite): number {
  const block = site.int('blocksize', 0);
  if (Number.isInteger(block) && block >= 1) return block;
  return site.fail(`blocksize ${block}`, 'a blocksize of at least 1', 'correct the model');
}

export const RESIZING_READERS: Readonly<Record<string, NodeReader>> = {
  Resize: resize,
  Upsample: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
