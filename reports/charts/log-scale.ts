// A logarithmic axis: its ends and ticks for given values.
export interface LogScale {
  readonly domain: [number, number];
  readonly ticks: number[];
}

/** Beyond the data on either side, as a share of its logarithmic range. */
const MARGIN = 0.04;

/** A logarithmic scale around positive values, with ticks at 1 (2, 5) times powers of ten; others are ignored. */
export function logScale(values: readonly number[]): LogScale {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (!(value > 0 && Number.isFinite(value))) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) return { domain: [1, 10], ticks: [1, 10] };
  // One value alone gets half a decade around it.
  const margin = Math.max((high / low) ** MARGIN, low === high ? 1.8 : 1.02);
  const domain: [number, number] = [low / margin, high * margin];
  const decades = Math.log10(domain[1] / domain[0]);
  const multiples = decades > 2.4 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(domain[0])); power <= Math.log10(domain[1]); power++) {
    for (const multiple of multiples) {
      // From decimal text, so that 0.2 is 0.2.
      const tick = Number(`${multiple}e${power}`);
      if (tick >= domain[0] && tick <= domain[1]) ticks.push(tick);
    }
  }
  return { domain, ticks };
}
