// Comparing figures: tolerances, and a list of what differs.
/** Relative tolerances of the goldens README. */
export const TOLERANCE = { perOp: 1e-6, cost: 1e-6, term: 1e-5, float32Total: 5e-6 } as const;

/** Collects what differs; a report names the first few. */
export class Differences {
  readonly lines: string[] = [];
  compared = 0;

  /** Compares numbers relatively; both zero is equal. */
  number(what: string, got: number, expected: number, tolerance: number): void {
    this.compared++;
    const scale = Math.max(Math.abs(got), Math.abs(expected));
    if (scale === 0 || Math.abs(got - expected) <= tolerance * scale) return;
    this.lines.push(`${what}: got ${got}, expected ${expected}`);
  }

  /** Compares whole values exactly. */
  same(what: string, got: unknown, expected: unknown): void {
    this.compared++;
    const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
    if (a !== b) this.lines.push(`${what}: got ${a}, expected ${b}`);
  }
}

/** One line of a check: what was checked, how many figures, and the first differences. */
export interface CheckResult {
  readonly name: string;
  readonly compared: number;
  readonly differences: readonly string[];
}
