// The name that somebody meant who misspelt one of a few.

/** Edits (letters put in, left out or exchanged) from one text to another: Wagner & Fischer, J. ACM 21, 1974. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const exchanged = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}

/** Longer texts are no misspelt names. */
const LONGEST = 64;

/** The nearest of the names; undefined where more than half of its letters would have to change. */
export function nearName(text: string, names: readonly string[]): string | undefined {
  if (text.length > LONGEST) return undefined;
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const wanted = plain(text);
  const [best] = names
    .map((name) => {
      const own = plain(name);
      // `latency` is meant to be one of those that have it in their names.
      const isPart = wanted.length > 2 && own.includes(wanted);
      return { name, distance: isPart ? 0.5 : edits(wanted, own), limit: own.length / 2 };
    })
    .filter(({ distance, limit }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return best?.name;
}
