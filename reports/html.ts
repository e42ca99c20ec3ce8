// The template that escapes every text put into it.
/** Text that is HTML already; `html` makes it, and inserts it unchanged. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in an `html` template: text is escaped, markup is not, null and false are nothing. */
export type Part = Markup | string | number | null | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an HTML element or a quoted attribute; a number stays on the line of its unit. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
    .replace(/(\d) (?=%|×|[µmn]?s\b|[kMGT]?(?:FLOP|B)\b)/g, '$1\u00a0');
}

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return part.map(written).join('');
}

/** Tagged template: HTML in which every inserted text is escaped. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = literals[0] ?? '';
  parts.forEach((part, i) => {
    text += written(part) + (literals[i + 1] ?? '');
  });
  return new Markup(text);
}

/** A layer name, file path or the like: it may break after slashes, and anywhere if it must. */
export function breakable(name: string): Markup {
  const pieces = name.split(/(?<=[/_])/).map((piece, i) => (i === 0 ? html`${piece}` : html`<wbr>${piece}`));
  return html`<span class="name">${pieces}</span>`;
}
