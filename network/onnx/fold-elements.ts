// Arithmetic on constants, element by element and over axes.
import { DATA_TYPE } from '../tensor-type.ts';
import { axesOf, spreadDims } from './node-dimensions.ts';
import type { NodeSite } from './node-site.ts';
import { type Constant, constant, isFloatType, valueCount } from './tensors.ts';

/** Reads nodes whose inputs are all constants: shapes that an exporter computes, weights that it prepares. */
export type ConstantReader = (site: NodeSite, inputs: readonly Constant[]) => Constant | readonly Constant[];

export const isFloat = ({ values }: Constant) => values instanceof Float32Array;
export const only = (inputs: readonly Constant[]) => inputs[0] as Constant;

/** Values of the same kind as a constant's: float32, or whole numbers as float64. */
export function emptyValues(floats: boolean, count: number): Float32Array | Float64Array {
  return floats ? new Float32Array(count) : new Float64Array(count);
}

export function stridesOf(dims: readonly number[]): number[] {
  return dims.map((_, axis) => valueCount(dims.slice(axis + 1)));
}

/** For each element of a larger tensor, the index into one of `dims` that is spread over it. */
export function spread(dims: readonly number[], over: readonly number[]): (at: number) => number {
  if (dims.join() === over.join()) return (at) => at;
  if (valueCount(dims) === 1) return () => 0;
  const strides = stridesOf(dims);
  const outer = stridesOf(over);
  const missing = over.length - dims.length;
  const axes = dims.flatMap((size, axis) =>
    size === 1
      ? []
      : [
          {
            outer: outer[axis + missing] as number,
            size: over[axis + missing] as number,
            stride: strides[axis] as number,
          },
        ],
  );
  return (at) => {
    let index = 0;
    for (const axis of axes) index += (Math.floor(at / axis.outer) % axis.size) * axis.stride;
    return index;
  };
}

export function elementwise(
  f: (...values: number[]) => number,
  result?: 'float' | 'whole' | 'truth',
): ConstantReader {
  return (site, inputs) => {
    const shapes = inputs.map((input) => input.dims);
    const dims = spreadDims(shapes);
    if (dims === null) {
      return site.fail(
        `constants of ${shapes.map((shape) => `[${shape}]`).join(' and ')}`,
        'shapes that are equal, or 1 where they differ',
        'export the model again',
      );
    }
    const count = valueCount(dims);
    site.spend(count);
    const at = inputs.map((input) => spread(input.dims, dims));
    const sources = inputs.map(({ values }) => values);
    const floats = result === undefined ? inputs.every(isFloat) : result === 'float';
    const values = emptyValues(floats, count);
    const operands = new Array<number>(inputs.length);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < operands.length; k++)
        operands[k] = sources[k]?.[(at[k] as (at: number) => number)(i)] as number;
      const value = f(...operands);
      values[i] = floats ? value : Math.trunc(value);
    }
    const dataType = result === 'truth' ? DATA_TYPE.bool : inputs.at(-1)?.dataType;
    return { kind: 'constant', dims, values, ...(dataType === undefined ? {} : { dataType }) };
  };
}

/** Over the axes that a node names, or all. */
export function reduced(
  first: number,
  step: (before: number, value: number) => number,
  last: (value: number, count: number) => number = (value) => value,
): ConstantReader {
  return (site, inputs) => {
    const source = only(inputs);
    const rank = source.dims.length;
    const axes = (axesOf(site) ?? source.dims.map((_, axis) => axis)).map((axis) => site.axis(axis, rank));
    const kept = source.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const count = valueCount(kept);
    site.spend(count + source.values.length);
    const results = new Float64Array(count).fill(first);
    const at = spread(kept, source.dims);
    for (let i = 0; i < source.values.length; i++) {
      const index = at(i);
      results[index] = step(results[index] as number, source.values[i] as number);
    }
    const perResult = source.values.length / count;
    const dims = site.int('keepdims', 1) === 1 ? kept : source.dims.filter((_, axis) => !axes.includes(axis));
    return constant(
      dims,
      results.map((value) => last(value, perResult)),
      isFloat(source),
    );
  };
}

/** The same values, read no sooner. */
function retyped(source: Constant, dataType: number): Constant {
  return {
    kind: 'constant',
    dims: source.dims,
    dataType,
    get values() {
      return source.values;
    },
  };
}

const cast: ConstantReader = (site, inputs) => {
  const source = only(inputs);
  const floats = isFloatType(site.int('to', 1));
  // Of whatever type the file has it, it is of that one now.
  if (floats && isFloat(source)) return retyped(source, DATA_TYPE.float32);
  if (floats === isFloat(source) && site.int('to', 1) !== DATA_TYPE.bool)
    return retyped(source, site.int('to', 1));
  site.spend(source.values.length);
  const made =
    site.int('to', 1) === DATA_TYPE.bool
      ? (x: number) => Number(x !== 0)
      : floats
        ? (x: number) => x
        : Math.trunc;
  const values = emptyValues(floats, source.values.length);
  for (let i = 0; i < values.length; i++) values[i] = made(source.values[i] as number);
  return { kind: 'constant', dims: source.dims, values, dataType: site.int('to', 1) };
};

/** Whole numbers are divided to whole ones, as every arithmetic on them is cut off. */
export const ELEMENT_READERS: Readonly<Record<string, ConstantReader>> = {
  Cast: cast,
  Add: elementwise((a, b = 0) => a + b),
  Sub: elementwise((a, b = 0) => a - b),
  Mul: elementwise((a, b = 1) => a * b),
  Div: elementwise((a, b = 1) => a / b),
  Mod: (site, inputs) =>
    elementwise((a, b = 1) => (site.int('fmod', 0) === 1 ? a % b : a - Math.floor(a / b) * b))(site, inputs),
  Pow: elementwise((a, b = 1) => a ** b),
  Min: elementwise(Math.min),
  Max: elementwise(Math.max),
  Neg: elementwise((a) => -a),
  Abs: elementwise(Math.abs),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Sqrt: elementwise(Math.sqrt),
  Reciprocal: elementwise((a) => 1 / a),
  Floor: elementwise(Math.floor),
  Ceil: elementwise(Math.ceil),
  Equal: elementwise((a, b) => (a === b ? 1 : 0), 'truth'),
  Greater: elementwise((a, b = 0) => (a > b ? 1 : 0), 'truth'),
  Less: elementwise((a, b = 0) => (a < b ? 1 : 0), 'truth'),
  Not: elementwise((a) => (a === 0 ? 1 : 0), 'truth'),
  And: elementwise((a, b = 0) => (a !== 0 && b !== 0 ? 1 : 0), 'truth'),
  Or: elementwise((a, b = 0) => (a !== 0 || b !== 0 ? 1 : 0), 'truth'),
  Where: (site, inputs) => {
    const [, chosen] = inputs;
    return elementwise((a, b = 0, c = 0) => (a !== 0 ? b : c), chosen && isFloat(chosen) ? 'float' : 'whole')(
      site,
      inputs,
    );
  },
  ReduceProd: reduced(1, (a, b) => a * b),
  ReduceSum: reduced(0, (a, b) => a + b),
  ReduceMean: reduced(
    0,
    (a, b) => a + b,
    (sum, count) => sum / count,
  ),
  ReduceMin: reduced(Number.POSITIVE_INFINITY, Math.min),
  ReduceMax: reduced(Number.NEGATIVE_INFINITY, Math.max),
};
