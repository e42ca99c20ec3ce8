// ONNX operators that enlarge a map.
import type { Size2d } from '../layer.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { sizesOf, viewText } from './view.ts';

/** How many times larger each dimension becomes, from scales or from sizes. */
function factorsOf(site: NodeSite, sizes: readonly number[]): number[] {
  const attribute = site.floats('scales');
  if (attribute !== undefined) return attribute;
  const [scalesAt, sizesAt] = site.node.opType === 'Upsample' || site.opset < 11 ? [1, -1] : [2, 3];
  const scales = site.numbers(scalesAt, 'scales');
  if (scales !== undefined && scales.length > 0) return scales;
  const target = sizesAt < 0 ? undefined : site.numbers(sizesAt, 'sizes');
  if (target === undefined)
    return site.fail('neither scales nor sizes', 'one of them', 'export the model again');
  return target.map((size, axis) => size / (sizes[axis] ?? 1));
}

/** Where each output pixel lies among the input's: nearest neighbours compared one by one. */
function repeatsPixels(site: NodeSite, size: number, factor: number): boolean {
  const legacy = site.node.opType === 'Upsample' || site.opset < 11;
  const mode = site.text('coordinate_transformation_mode', legacy ? 'asymmetric' : 'half_pixel');
  const rounding = site.text('nearest_mode', legacy ? 'floor' : 'round_prefer_floor');
  const output = size * factor;
  const round = (x: number) => {
    if (rounding === 'floor') return Math.floor(x);
    if (rounding === 'ceil') return Math.ceil(x);
    return rounding === 'round_prefer_ceil' ? Math.floor(x + 0.5) : Math.ceil(x - 0.5);
  };
  const at = (x: number) => {
    if (mode === 'asymmetric') return x / factor;
    if (mode === 'align_corners') return output === 1 ? 0 : (x * (size - 1)) / (output - 1);
    if (mode === 'tf_half_pixel_for_nn') return (x + 0.5) / factor;
    return (x + 0.5) / factor - 0.5;
  };
  return Array.from({ length: output }, (_, x) => x).every((x) => {
    const nearest = Math.min(Math.max(round(at(x)), 0), size - 1);
    return nearest === Math.floor(x / factor);
  });
}

const resize: NodeReader = (site) => {
  const { draft } = site;
  const tensor = site.tensor(0);
  const sizes = sizesOf(tensor.view);
  const given = factorsOf(site, sizes);
  const axes = (site.ints('axes') ?? given.map((_, axis) => axis)).map((axis) =>
    site.axis(axis, sizes.length),
  );
  const factors = sizes.map((_, axis) => given[axes.indexOf(axis)] ?? 1);
  if (factors.every((factor) => factor === 1)) return tensor;
  const { layer, order } = draft.arranged(tensor, site.fail);
  const shape = draft.shapeOf(layer);
  const pixels = order === 'last' ? [1, 2] : [2, 3];
  const factor = pixels.map((axis) => factors[axis] ?? 1) as unknown as Size2d;
  const elsewhere = factors.some((each, axis) => !pixels.includes(axis) && each !== 1);
  if (elsewhere || shape.flat || !factor.every((each) => Number.isInteger(each) && each >= 1))
    site.unsupported(
      `factors ${factors.map((each) => Number(each.toPrecision(4))).join('×')} of ${viewText(tensor.view)}`,
      'height and width times whole numbers',
    );
  const mode = site.text('mode', 'nearest');
  const interpolation = mode === 'nearest' ? 'nearest' : 'bilinear';
  if (mode === 'nearest') {
    const repeats =
      repeatsPixels(site, shape.height, factor[0]) && repeatsPixels(site, shape.width, factor[1]);
    if (!repeats)
      site.unsupported(
        'nearest neighbours that do not repeat each pixel equally often',
        'coordinates that do',
      );
  } else {
    const legacy = site.node.opType === 'Upsample' || site.opset < 11;
    const centres = site.text('coordinate_transformation_mode', legacy ? 'asymmetric' : 'half_pixel');
    // The map of one pixel is the same everywhere.
    const isConstant = shape.height * shape.width === 1;
    const isHalf = centres === 'half_pixel' || centres === 'pytorch_half_pixel';
    if (mode !== 'linear') site.unsupported(`${mode} interpolation`, 'nearest or linear');
    if (!isHalf && !isConstant)
      site.unsupported(
        `linear interpolation with ${centres} coordinates`,
        'half_pixel (align_corners=False)',
      );
    if (site.int('antialias', 0) !== 0) site.unsupported('antialias', 'interpolation without');
  }
  const made = site.add({ kind: 'upsample', inputs: [layer], factor, interpolation });
  return draft.tensor(made, order === 'last' ? 'last' : 'first');
};

const depthToSpace: NodeReader = (site) => {
  const { draft } = site;
  let layer = site.map();
  const block = site.int('blocksize', 1);
  // Ours counts blocks before channels; the other way round is a shuffle away.
  if (site.text('mode', 'DCR') === 'CRD')
    layer = draft.shuffle(layer, site.shapeOf(layer).channels / block ** 2);
  return draft.tensor(site.add({ kind: 'depth-to-space', inputs: [layer], block }));
};

export const RESIZING_READERS: Readonly<Record<string, NodeReader>> = {
  Resize: resize,
  Upsample: resize,
  DepthToSpace: depthToSpace,
};
