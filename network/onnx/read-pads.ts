// ONNX pads of maps: zeros, other borders, and pixels cut off.
import type { PadAmounts } from '../shapes.ts';
import type { NodeReader } from './node-site.ts';
import { viewText } from './view.ts';

const MODES: Readonly<Record<string, 'constant' | 'reflect' | 'edge'>> = {
  constant: 'constant',
  reflect: 'reflect',
  edge: 'edge',
};

/** Pads of height and width, by the dimensions that are pixels; null for any other. */
function pixelPads(
  given: readonly number[],
  axes: readonly number[],
  rank: number,
  pixelAxes: readonly number[],
): PadAmounts | null {
  const of = (axis: number) => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 0] : [given[at] ?? 0, given[at + axes.length] ?? 0];
  };
  const dimensions = Array.from({ length: rank }, (_, axis) => axis);
  const elsewhere = dimensions.some(
    (axis) => !pixelAxes.includes(axis) && of(axis).some((pixels) => pixels !== 0),
  );
  if (elsewhere || given.some((pixels) => !Number.isSafeInteger(pixels))) return null;
  const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = pixelAxes.map(of);
  return { top, bottom, left, right };
}

/** Begins of all dimensions, then ends; negative ones cut pixels off. */
const pad: NodeReader = (site) => {
  const { draft } = site;
  const tensor = site.tensor(0);
  const rank = tensor.view.length;
  const given = site.ints('pads') ?? site.ints('paddings') ?? site.numbers(1, 'pads') ?? [];
  const axes = (site.numbers(3, 'axes') ?? tensor.view.map((_, axis) => axis)).map((axis) =>
    site.axis(axis, rank),
  );
  const named = site.text('mode', 'constant');
  const mode = Object.hasOwn(MODES, named) ? MODES[named] : undefined;
  const value = site.has(2) ? (site.constant(2, 'a value').values[0] ?? 0) : site.float('value', 0);
  if (given.every((pixels) => pixels === 0)) return tensor;
  if (mode === undefined) return site.unsupported(`${named} padding`, 'constant, reflect or edge padding');
  const { layer, order } = draft.arranged(tensor, site.fail);
  const pads = pixelPads(given, axes, rank, order === 'last' ? [1, 2] : [2, 3]);
  if (pads === null || draft.shapeOf(layer).flat || rank !== 4)
    return site.unsupported(`pads [${given}] of ${viewText(tensor.view)}`, 'pads of height and width');
  const { height, width } = draft.shapeOf(layer);
  const { top, bottom, left, right } = pads;
  if (mode === 'reflect' && (Math.max(top, bottom) >= height || Math.max(left, right) >= width))
    site.unsupported(
      `reflect pads [${given}] of ${viewText(tensor.view)}`,
      'pads less than what they mirror',
    );
  if (
    height + Math.min(top, 0) + Math.min(bottom, 0) < 1 ||
    width + Math.min(left, 0) + Math.min(right, 0) < 1
  )
    site.unsupported(`pads [${given}] of ${viewText(tensor.view)}`, 'pads that leave some of it');
  const inputs = [layer];
  const ofZeros = mode === 'constant' && value === 0 && Math.min(top, bottom, left, right) >= 0;
  const made = ofZeros
    ? site.add({ kind: 'pad', inputs, padding: pads })
    : site.add({
        kind: 'border-pad',
        inputs,
        padding: pads,
        mode,
        value: mode === 'constant' ? value : 0,
      });
  return draft.tensor(made, order === 'last' ? 'last' : 'first');
};

export const PAD_READERS: Readonly<Record<string, NodeReader>> = { Pad: pad };
