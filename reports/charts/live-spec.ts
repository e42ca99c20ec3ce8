// A compiled chart as the page carries it for its script: data in columns, numbers no longer than the eye sees.
import type { Spec } from 'vega';
import { dataBlock } from '../data-block.ts';
import type { Markup } from '../html.ts';
import { clipMarks } from './clip-marks.ts';

/** More marks than this are drawn on a canvas rather than as elements. */
const MOST_ELEMENTS = 1200;
const DIGITS = 6;

type Row = Readonly<Record<string, unknown>>;
/** Values of a field; repeated text as a list and places in it. */
export type Column =
  | readonly unknown[]
  | { readonly texts: readonly string[]; readonly at: readonly number[] };

/** A chart as the page carries it. */
export interface PackedChart {
  readonly spec: Spec;
  /** Of data sets by name, by field. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, Column>>>>;
  /** Whether its marks are too many for elements of their own. */
  readonly canvas: boolean;
}

function column(values: readonly unknown[]): Column {
  if (!values.some((value) => typeof value === 'string')) {
    return values.map((value) => (typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value));
  }
  if (!values.every((value) => typeof value === 'string')) return values;
  const texts = [...new Set(values)];
  const places = new Map(texts.map((text, i) => [text, i]));
  return { texts, at: values.map((text) => places.get(text) as number) };
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The chart as JSON in a data block, which no browser runs.
 * @param spec compiled, its data inline
 */
export function liveSpec(spec: Spec): Markup {
  const columns: Record<string, Record<string, Column>> = Object.create(null);
  let most = 0;
  const data = (spec.data ?? []).map((set) => {
    const { values, ...rest } = set as { name: string; values?: unknown };
    if (!Array.isArray(values) || values.length === 0 || !values.every(isRow)) return set;
    most += values.length;
    const fields = [...new Set(values.flatMap((row) => Object.keys(row)))];
    columns[rest.name] = Object.fromEntries(
      fields.map((field) => [field, column(values.map((row) => row[field]))]),
    );
    return rest;
  });
  const packed: PackedChart = {
    spec: { ...clipMarks(spec, true), data } as Spec,
    columns,
    canvas: most > MOST_ELEMENTS,
  };
  return dataBlock(packed);
}
