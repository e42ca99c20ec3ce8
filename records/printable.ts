// Text of files and arguments as a terminal may show it: control characters are written out, none is obeyed.

/** Control characters, and those that turn the direction of writing or end a line. */
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** A message is read by people. */
const MOST_CHARACTERS = 2000;
const ESCAPE = String.fromCharCode(27);
/** Escape codes of colors: what our own tables have. */
const COLOR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return NAMED[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`);
}

/** A text in one line, without anything that a terminal would do something about; cut where nobody would read on. */
export function printable(text: string): string {
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return short.replace(CONTROL, escaped);
}

/** Lines of output with their colors; names out of files may have brought other escape codes with them. */
export function printableLines(text: string): string {
  return text
    .split(COLOR)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replace(CONTROL, (each) => (each === '\n' ? each : escaped(each))),
    )
    .join('');
}
