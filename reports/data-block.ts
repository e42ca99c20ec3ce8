// What only the page's scripts read, compressed, in elements that no browser runs.
import { gzipSync } from 'node:zlib';
import { html, Markup } from './html.ts';

const TYPE = 'application/gzip';

/** A text as a block that `client/unpack.ts` reads. */
function packed(text: string, attributes: Markup | false): Markup {
  const base64 = gzipSync(text, { level: 9 }).toString('base64');
  return html`<script type="${TYPE}"${attributes}>${new Markup(base64)}</script>`;
}

/** A value as a block of compressed JSON. */
export const dataBlock = (value: unknown): Markup => packed(JSON.stringify(value), false);

/** A script that runs only when a chart is to be drawn. */
export const scriptBlock = (text: string): Markup => packed(text, html` data-runtime`);

/** A page without such blocks. */
export function withoutDataBlocks(page: string): string {
  return page.replace(/<script type="application\/gzip"[^>]*>[^<]*<\/script>/g, '');
}
