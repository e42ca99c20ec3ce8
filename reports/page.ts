// The HTML document around the report's content, and its rule that it asks for nothing.
import { html, Markup, type Part } from './html.ts';
import { STYLE } from './style.ts';

/** Forbids every request: the page is whole as it is. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** An HTML document that holds all it needs. */
export function page(title: string, content: Part): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
${new Markup(STYLE)}
</style>
</head>
<body>
${content}
</body>
</html>
`.text;
}
