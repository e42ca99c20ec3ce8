// Items by the name of what they are of, in the order of the names: profiles do not depend on the order of samples.
import { groupBy } from '../../records/group-by.ts';

export function sortedGroups<T>(items: Iterable<T>, nameOf: (item: T) => string): [string, T[]][] {
  return [...groupBy(items, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1));
}
