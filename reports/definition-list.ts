// A list of terms and their values as HTML.
import { html, type Markup, type Part } from './html.ts';

/** Terms and what they are; those without a value are left out. */
export function definitionList(entries: readonly (readonly [term: string, value: Part])[]): Markup {
  const given = entries.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return html`<dl>${given.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}
