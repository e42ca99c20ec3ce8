// A budget file with today's values for its limits, everything else as it was.
import { applyEdits, modify } from 'jsonc-parser';
import type { LimitName } from '../../records/budget.ts';

export interface NewLimit {
  /** Index of the entry. */
  readonly entry: number;
  readonly limit: LimitName;
  readonly value: number;
}

/** Digits of a predicted time that are kept. */
const DIGITS = 5;

/** A limit that its value keeps: whole numbers as they are, times rounded up; a limit is above 0. */
export function limitFor(value: number): number {
  if (Number.isInteger(value)) return Math.max(1, value);
  const step = 10 ** (Math.floor(Math.log10(value)) + 1 - DIGITS);
  const rounded = Number((Math.ceil(value / step) * step).toPrecision(DIGITS));
  // What the division lost.
  return rounded >= value ? rounded : Number(((Math.ceil(value / step) + 1) * step).toPrecision(DIGITS));
}

/** The text of a budget file with other limits; its order and white space stay. */
export function updatedBudget(text: string, limits: readonly NewLimit[]): string {
  return limits.reduce(
    (whole, { entry, limit, value }) =>
      applyEdits(whole, modify(whole, ['budgets', entry, 'limits', limit], value, {})),
    text,
  );
}
