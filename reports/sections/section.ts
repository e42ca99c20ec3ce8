// What a section of the report is, and the markup around it.
import { html, type Markup, type Part } from '../html.ts';

/** A part of the page: what the map lists and the page says. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** The device or network that it is about. */
  readonly subject: string;
  readonly content: Part;
}

export function section(id: string, title: string, subject: string, content: Part): Section {
  return { id, title, subject, content };
}

/** Whether its subject is needed to tell it from another. */
export function isAmbiguous({ title }: Section, sections: readonly Section[]): boolean {
  return sections.filter((other) => other.title === title).length > 1;
}

/** `<section>`, with its subject above its heading where other sections have that heading. */
export function sectionMarkup(one: Section, sections: readonly Section[]): Markup {
  const { id, title, subject, content } = one;
  return html`<section id="${id}">
${isAmbiguous(one, sections) && html`<p class="eyebrow">${subject}</p>`}
<h2>${title}</h2>
${content}
</section>
`;
}
