// Numbers as readers want them: percent, thousands, units that fit.
/** 0.0206 → "2.1 %". */
export function percent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** −0.0141 → "−1.4 %", with the sign that typography wants. */
export function signedPercent(fraction: number, digits = 1): string {
  const text = percent(Math.abs(fraction), digits);
  if (Number.parseFloat(text) === 0) return text;
  return `${fraction < 0 ? '−' : '+'}${text}`;
}

/** 5000 → "5,000". */
export function integer(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Three significant digits without an exponent: 0.0123, 1.23, 123, 12,300. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.floor(Math.log10(Math.abs(value)));
  return size >= 2 ? integer(value) : value.toFixed(Math.min(6, 2 - size));
}

/** Writes the numbers of one column with one number of decimals: four digits for the largest. */
export function columnFormat(values: readonly number[]): (value: number) => string {
  const largest = Math.max(0, ...values.map(Math.abs));
  const decimals = largest > 0 ? Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest)))) : 0;
  return (value) => (decimals === 0 ? integer(value) : value.toFixed(decimals));
}

/** "1 network", "33 networks". */
export function count(value: number, noun: string): string {
  return `${integer(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A correlation coefficient: "0.998". */
export function correlation(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3).replace('-', '−');
}

/** "1.75×". */
export function times(value: number): string {
  return `${value.toFixed(2)}×`;
}

/** A unit for a column or an axis: a value in it is the base value over `base`. */
export interface Unit {
  readonly name: string;
  readonly base: number;
}

export const LATENCY_UNITS: readonly Unit[] = [
  { name: 'ns', base: 1e-3 },
  { name: 'µs', base: 1 },
  { name: 'ms', base: 1e3 },
  { name: 's', base: 1e6 },
];

export const FLOP_UNITS: readonly Unit[] = [
  { name: 'FLOP', base: 1 },
  { name: 'kFLOP', base: 1e3 },
  { name: 'MFLOP', base: 1e6 },
  { name: 'GFLOP', base: 1e9 },
  { name: 'TFLOP', base: 1e12 },
];

/** The largest of the units in which these values reach 2 or more; the first if none does. */
export function unitFor(values: readonly number[], units: readonly Unit[]): Unit {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return units.findLast(({ base }) => largest >= 2 * base) ?? units[0] ?? { name: '', base: 1 };
}

const MONTHS = 'January February March April May June July August September October November December';

/** ISO 8601 → "22 November 2026, 13:03 UTC"; any other text as it is. */
export function instant(iso: string): string {
  const time = new Date(iso);
  if (!/^\d{4}-\d\d-\d\dT/.test(iso) || Number.isNaN(time.getTime())) return iso;
  const clock = time.toISOString().slice(11, 16);
  return `${time.getUTCDate()} ${MONTHS.split(' ')[time.getUTCMonth()]} ${time.getUTCFullYear()}, ${clock} UTC`;
}
