// QuantizeLinear and DequantizeLinear on what layers make: which values are rounded to 8 bits.
import { isEightBits } from '../element-types.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { roundingLayer } from './roundings.ts';
import type { StoredAs } from './view.ts';

/** TensorProto.DataType of `output_dtype`. */
const OUTPUT_TYPES: Readonly<Record<number, StoredAs['type']>> = { 0: 'uint8', 2: 'uint8', 3: 'int8' };

/** Scale, zero point and type of a node's second and third input. */
function storedAs(site: NodeSite, byDefault: string): StoredAs {
  const scale = site.constant(1, 'a scale');
  const zero = site.has(2) ? site.constant(2, 'a zero point') : undefined;
  if (scale.values.length !== 1)
    site.unsupported(`scales of [${scale.dims}] for what the network computes`, 'one scale');
  const type = zero?.type ?? byDefault;
  if (!isEightBits(type)) {
    return site.unsupported(
      `values of type ${type}`,
      'int8 or uint8',
      'quantize the model to 8 bits, or export it before it is quantized',
    );
  }
  return { type, scale: scale.values[0] as number, zero: zero?.values[0] ?? 0 };
}

/** The layer that rounds another. */
function rounded(site: NodeSite, layer: string, stored: StoredAs): string {
  const { roundings } = site.draft;
  const known = roundings.known(layer, stored);
  if (known !== undefined) return known;
  const { scale, zero } = stored;
  const weights = { output_scale: Float32Array.of(scale), output_zero: Float32Array.of(zero) };
  const name = site.add({ ...roundingLayer(stored), inputs: [layer] }, weights);
  roundings.note(layer, stored, name);
  return name;
}

const quantize: NodeReader = (site) => {
  const byDefault = OUTPUT_TYPES[site.int('output_dtype', 0)] ?? 'of another width';
  const stored = storedAs(site, byDefault);
  const tensor = site.tensor(0);
  return { ...tensor, layer: rounded(site, tensor.layer, stored), stored };
};

const dequantize: NodeReader = (site) => {
  const value = site.value(0);
  if (value.kind !== 'tensor' || value.stored === undefined) {
    return site.unsupported(
      'numbers that no QuantizeLinear before it made',
      'QuantizeLinear and DequantizeLinear in pairs',
      'quantize the model in QDQ form',
    );
  }
  const { stored, ...tensor } = value;
  const own = storedAs(site, stored.type);
  if (own.scale !== stored.scale || own.zero !== stored.zero || own.type !== stored.type) {
    site.unsupported(
      `${own.type} of scale ${own.scale} and zero point ${own.zero}`,
      `${stored.type} of scale ${stored.scale} and zero point ${stored.zero}, as they were quantized`,
    );
  }
  return tensor;
};

export const QUANTIZATION_READERS: Readonly<Record<string, NodeReader>> = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
};
