// Constants that a graph stores as whole numbers of 8 bits, and those that it rounds to them itself.
import { isEightBits, quantized } from '../element-types.ts';
import type { ConstantReader } from './fold-elements.ts';
import type { NodeSite } from './node-site.ts';
import { type Constant, valueCount } from './tensors.ts';

/** The index of the scale of each place of a tensor: one for all, or one per index along an axis. */
function scaleIndex(
  site: NodeSite,
  { dims }: Constant,
  scale: Constant,
): { axis: number; of: (at: number) => number } {
  const count = valueCount(scale.dims);
  if (count === 1) return { axis: 0, of: () => 0 };
  const axis = site.axis(site.int('axis', 1), dims.length);
  if (count !== dims[axis] || scale.dims.length !== 1)
    site.unsupported(`scales of [${scale.dims}]`, 'one, or one per index along an axis');
  const inner = valueCount(dims.slice(axis + 1));
  return { axis, of: (at) => Math.floor(at / inner) % count };
}

/** Weights that are kept as whole numbers: (q − zero point) · scale, computed when they are asked for. */
const dequantized: ConstantReader = (site, inputs) => {
  const [source, scale, zero] = inputs as [Constant, Constant, Constant | undefined];
  const { dims } = source;
  const { axis, of } = scaleIndex(site, source, scale);
  site.spend(valueCount(dims));
  let made: Float32Array | undefined;
  const make = () => {
    const result = new Float32Array(valueCount(dims));
    for (let at = 0; at < result.length; at++) {
      const index = of(at);
      result[at] =
        ((source.values[at] as number) - (zero?.values[index] ?? 0)) * (scale.values[index] as number);
    }
    return result;
  };
  return {
    kind: 'constant',
    dims,
    quantized: { type: source.type, scale, zero, axis },
    get values() {
      made ??= make();
      return made;
    },
  };
};

/** Weights that the graph rounds itself, as exporters of quantization-aware training leave them. */
const rounded: ConstantReader = (site, inputs) => {
  const [source, scale, zero] = inputs as [Constant, Constant, Constant | undefined];
  const type = zero?.type ?? 'uint8';
  if (!isEightBits(type)) return site.unsupported(`a zero point of type ${type}`, 'int8 or uint8');
  const { of } = scaleIndex(site, source, scale);
  site.spend(valueCount(source.dims));
  const values = Float64Array.from(source.values, (value, at) => {
    const index = of(at);
    return quantized(value, scale.values[index] as number, zero?.values[index] ?? 0, type);
  });
  return { kind: 'constant', dims: source.dims, type, values };
};

/** What a constant's whole numbers stand for once its axes are in another order. */
export function turnedQuantization(
  { quantized: of, type }: Constant,
  order: readonly number[],
): Partial<Constant> {
  const own = type === undefined ? {} : { type };
  return of === undefined ? own : { ...own, quantized: { ...of, axis: order.indexOf(of.axis) } };
}

export const QUANTIZED_READERS: Readonly<Record<string, ConstantReader>> = {
  DequantizeLinear: dequantized,
  QuantizeLinear: rounded,
};
