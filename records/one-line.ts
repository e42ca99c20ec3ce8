// Text of others on one line of a terminal or a log: control characters are shown, not obeyed.

/** C0 and C1 controls, line and paragraph separators, marks of writing direction, and surrogates without a partner. */
const OBEYED = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Names may hold anything; what a terminal would obey stands as \uXXXX. */
export function oneLine(text: string): string {
  return text.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
