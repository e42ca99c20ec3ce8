// What a section of the report is, and the markup around it.
import { html, type Markup, type Part } from '../html.ts';

/** A part of the page: what the contents list and the page say. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** The device or network that it is about. */
  readonly subject: string;
  readonly body: Markup;
}

/** `<section>` with its subject above its heading. */
export function section(id: string, title: string, subject: string, content: Part): Section {
  return {
    id,
    title,
    subject,
    body: html`<section id="${id}">
<p class="eyebrow">${subject}</p>
<h2>${title}</h2>
${content}
</section>
`,
  };
}
