// The HTML document around the report's content, and its rule that it asks for nothing.
import { scriptBlock } from './data-block.ts';
import { html, Markup, type Part } from './html.ts';
import { type PageScripts, scriptHash } from './page-scripts.ts';
import { STYLE } from './style.ts';

/** Forbids every request, and every script but these: the page is whole as it is. */
function policyOf(scripts: readonly string[]): string {
  const allowed = scripts.length === 0 ? '' : `; script-src ${scripts.map(scriptHash).join(' ')}`;
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:${allowed}; base-uri 'none'; form-action 'none'`;
}

/**
 * An HTML document that holds all it needs.
 * @param scripts nothing else can run
 */
export function page(
  title: string,
  content: Part,
  { own, runtime }: PageScripts = { own: [], runtime: [] },
): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policyOf([...own, ...runtime]))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
${new Markup(STYLE)}
</style>
</head>
<body>
${content}
${runtime.map((text) => html`${scriptBlock(text)}\n`)}${own.map((text) => html`<script>${new Markup(text)}</script>\n`)}</body>
</html>
`.text;
}
