// Data for the page's script, in an element that no browser runs.
import { Markup } from './html.ts';

/** A value as a block of JSON, in which no < stands: only that could end it, or begin a comment. */
export function dataBlock(value: unknown): Markup {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return new Markup(`<script type="application/json">${json}</script>`);
}

/** A page without such blocks. */
export function withoutDataBlocks(page: string): string {
  return page.replace(/<script type="application\/json">[^<]*<\/script>/g, '');
}
