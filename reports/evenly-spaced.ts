// Fewer of many items, evenly spaced: what a chart of dots can hold.
/** At most `limit` of these, evenly spaced over the list, in order; the first is among them. */
export function evenlySpaced<T>(items: readonly T[], limit: number): T[] {
  if (items.length <= limit) return [...items];
  const step = items.length / limit;
  return items.filter((_, i) => i === 0 || Math.floor(i / step) !== Math.floor((i - 1) / step));
}
