// Broken inputs made of whole ones: bytes, texts and JSON, each changed in a few places, as fast-check arbitraries.
import fc from 'fast-check';

/** What to do, and where; each mutation makes of them what it can. */
interface Change {
  readonly kind: number;
  readonly at: number;
  readonly length: number;
  readonly value: number;
}

const change = fc.record<Change>({
  kind: fc.nat(1000),
  at: fc.nat(2 ** 30),
  // Short ones are more telling.
  length: fc.oneof(fc.nat(8), fc.nat(8), fc.nat(4096)),
  value: fc.nat(2 ** 30),
});
const changes = fc.array(change, { minLength: 1, maxLength: 5 });
const pick = <T>(from: readonly T[], at: number): T => from[at % from.length] as T;

/** Lengths, counts and offsets that readers do not expect. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

function changedBytes(bytes: Buffer, { kind, at, length, value }: Change, other: Buffer): Buffer {
  const from = bytes.length === 0 ? 0 : at % bytes.length;
  const copy = Buffer.from(bytes);
  const most = Math.min(from + length, bytes.length);
  switch (kind % 8) {
    case 0:
      if (copy.length > 0) copy[from] = (copy[from] as number) ^ (1 << (value % 8));
      return copy;
    case 1:
      return copy.fill(value & 0xff, from, most);
    case 2:
      if (from + 4 <= copy.length) copy.writeUInt32LE(pick(EXTREMES, value), from);
      return copy;
    case 3:
      if (from + 4 <= copy.length) copy.writeUInt32BE(pick(EXTREMES, value), from);
      return copy;
    case 4:
      return copy.subarray(0, from);
    case 5:
      return Buffer.concat([copy.subarray(0, from), copy.subarray(most)]);
    case 6:
      return Buffer.concat([copy.subarray(0, most), copy.subarray(from)]);
    default:
      return Buffer.concat([
        copy.subarray(0, from),
        other.subarray(value % (other.length + 1)).subarray(0, length),
      ]);
  }
}

/** Whole files, their bytes changed. */
export function mutatedBytes(seeds: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const files = seeds.map((seed) => Buffer.from(seed));
  return fc
    .record({ seed: fc.nat(1e6), other: fc.nat(1e6), changes })
    .map(({ seed, other, changes: list }) =>
      list.reduce<Buffer>((bytes, each) => changedBytes(bytes, each, pick(files, other)), pick(files, seed)),
    );
}

/** Texts in place of a number, a field or a word. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '-5',
  '-1e-300',
  '0',
  '1e308',
  '1e999',
  '-Infinity',
  'NaN',
  'null',
  'true',
  '0x10',
  '1_000',
  '9007199254740993',
  '4294967297',
  '1e-320',
  '5 ms',
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  '\u001b[2J\u001b]0;title\u0007',
  '"',
  '\n',
  '\r\n',
  '\0',
  ',',
  '=cmd()',
  '\ud800',
  'x'.repeat(5000),
];
const TOKEN = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z_]\w*/g;

function changedText(text: string, { kind, at, length, value }: Change): string {
  const from = text.length === 0 ? 0 : at % text.length;
  const lines = text.split('\n');
  const line = at % lines.length;
  switch (kind % 8) {
    case 0:
    case 1: {
      const tokens = [...text.matchAll(TOKEN)];
      const token = tokens[at % Math.max(1, tokens.length)];
      if (token === undefined) return text;
      return (
        text.slice(0, token.index) + pick(HOSTILE_TEXTS, value) + text.slice(token.index + token[0].length)
      );
    }
    case 2:
      return text.slice(0, from) + pick(HOSTILE_TEXTS, value) + text.slice(from);
    case 3:
      return text.slice(0, from) + text.slice(from + length);
    case 4:
      return text.slice(0, from);
    case 5:
      return lines.toSpliced(line, 1).join('\n');
    case 6:
      return lines.toSpliced(line, 0, lines[value % lines.length] ?? '').join('\n');
    default:
      return lines
        .map((each, index) => (index === line ? each.split(',').reverse().join(',') : each))
        .join('\n');
  }
}

/** Whole texts, changed in words, numbers and lines. */
export function mutatedText(seeds: readonly string[]): fc.Arbitrary<string> {
  return fc
    .record({ seed: fc.nat(1e6), changes })
    .map(({ seed, changes: list }) => list.reduce(changedText, pick(seeds, seed)));
}

/** In place of a value of JSON; Infinity is what 1e999 comes to. */
const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  '',
  'x',
  '__proto__',
  'a\u001b[2Jb\nc',
  -1,
  0,
  -0.5,
  0.5,
  3,
  1e308,
  -1e308,
  1e-320,
  Number.POSITIVE_INFINITY,
  4294967297,
  2 ** 53,
  1e12,
  [],
  {},
  [[]],
  [1e9],
  { length: 1e9 },
];
const HOSTILE_KEYS = ['__proto__', 'constructor', '', 'length', 'a\u001b[2Jb'];

type Container = Record<string, unknown>;

/** Copies of copies grow fast. */
const MOST_PLACES = 5000;

/** Every place in a value, up to so many: what holds it, and under which key. */
function placesOf(value: unknown): [Container, string][] {
  const places: [Container, string][] = [];
  const queue = [value];
  for (const each of queue) {
    if (places.length > MOST_PLACES) break;
    if (typeof each !== 'object' || each === null) continue;
    for (const key of Object.keys(each)) {
      places.push([each as Container, key]);
      queue.push((each as Container)[key]);
    }
  }
  return places;
}

function define(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, writable: true, configurable: true });
}

function changeJson(root: unknown, { kind, at, value }: Change): void {
  const places = placesOf(root);
  if (places.length > MOST_PLACES) return;
  const [container, key] = places[at % Math.max(1, places.length)] ?? [];
  if (container === undefined || key === undefined) return;
  const old = container[key];
  switch (kind % 10) {
    case 0:
    case 1:
    case 2:
    case 3:
      // A copy: later changes must not reach the list itself.
      define(container, key, structuredClone(pick(HOSTILE_VALUES, value)));
      return;
    case 4:
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else delete container[key];
      return;
    case 5:
      if (Array.isArray(container))
        container.splice(
          Number(key),
          0,
          ...Array.from({ length: 1 + (value % 20) }, () => structuredClone(old)),
        );
      else define(container, pick(HOSTILE_KEYS, value), structuredClone(old));
      return;
    case 6:
      if (Array.isArray(old)) old.length = value % (old.length + 1);
      else if (typeof old === 'number') define(container, key, old * 10 ** ((value % 40) - 20));
      return;
    case 7:
      if (typeof old === 'number') define(container, key, -old);
      else if (typeof old === 'string') define(container, key, `${old}${pick(HOSTILE_TEXTS, value)}`);
      return;
    case 8:
      define(container, key, structuredClone(places[value % places.length]?.[0] ?? null));
      return;
    default: {
      const from = places[value % places.length];
      if (from !== undefined) define(container, key, structuredClone(from[0][from[1]]));
    }
  }
}

/** JSON of 1e999 where a value is endless, which JSON.stringify makes null of. */
function written(value: unknown): string {
  const ENDLESS = '\u0001endless';
  const text = JSON.stringify(value, (_, each) => (each === Number.POSITIVE_INFINITY ? ENDLESS : each)) ?? '';
  return text.replaceAll(JSON.stringify(ENDLESS), '1e999');
}

/** Whole JSON, its values and keys changed; now and then broken as a text. */
export function mutatedJson(seeds: readonly unknown[]): fc.Arbitrary<string> {
  return fc
    .record({ seed: fc.nat(1e6), changes, asText: fc.nat(9), textChanges: changes })
    .map(({ seed, changes: list, asText, textChanges }) => {
      const value = { root: structuredClone(pick(seeds, seed)) };
      for (const each of list) changeJson(value, each);
      const text = written(value.root);
      return asText === 0 ? textChanges.reduce(changedText, text) : text;
    });
}

/** Flags of a command line in any order, with values that they may take or not. */
export function argumentsOf(flags: readonly string[], values: readonly string[]): fc.Arbitrary<string[]> {
  const value = fc.oneof(fc.constantFrom(...values), fc.constantFrom(...HOSTILE_TEXTS), fc.string());
  const flag = fc.oneof(
    fc.tuple(fc.constantFrom(...flags), value),
    fc.tuple(fc.constantFrom(...flags)),
    fc.tuple(fc.constantFrom(...flags), value, value),
    fc.tuple(value),
  );
  return fc.array(flag, { maxLength: 5 }).map((list) => list.flat());
}
