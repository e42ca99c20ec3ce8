// Two sequences aligned: pairs in the order of both whose likeness adds up to most.

/**
 * Global alignment without a price for gaps (Needleman & Wunsch, J. Mol. Biol. 48, 1970).
 * @param likeness of an item of the first sequence to one of the second; 0 or less is never paired
 * @returns pairs of indices, ascending in both
 */
export function align(
  lengthA: number,
  lengthB: number,
  likeness: (a: number, b: number) => number,
): [number, number][] {
  const columns = lengthB + 1;
  const best = new Float64Array((lengthA + 1) * columns);
  const alike = new Float64Array(lengthA * lengthB);
  for (let a = lengthA - 1; a >= 0; a--) {
    for (let b = lengthB - 1; b >= 0; b--) {
      const pair = likeness(a, b);
      alike[a * lengthB + b] = pair;
      const paired = pair > 0 ? pair + (best[(a + 1) * columns + b + 1] as number) : 0;
      const skipped = Math.max(best[(a + 1) * columns + b] as number, best[a * columns + b + 1] as number);
      best[a * columns + b] = Math.max(paired, skipped);
    }
  }
  const pairs: [number, number][] = [];
  for (let a = 0, b = 0; a < lengthA && b < lengthB; ) {
    const here = best[a * columns + b] as number;
    const pair = alike[a * lengthB + b] as number;
    if (pair > 0 && here === pair + (best[(a + 1) * columns + b + 1] as number)) pairs.push([a++, b++]);
    else if (here === best[(a + 1) * columns + b]) a++;
    else b++;
  }
  return pairs;
}
