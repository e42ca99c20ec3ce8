// A plugin of typedoc: pages are called as their first heading says, modules as they are imported; the sample report goes along.
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Converter, ReflectionKind, RendererEvent } from 'typedoc';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** HTML that pages link to: typedoc copies no such files. */
const LINKED = join('docs', 'sample-report.html');

/** @param app of typedoc */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
    const heading = page.content
      .map(({ text }) => text)
      .join('')
      .match(/^# (.+)$/m)?.[1];
    if (heading !== undefined) page.name = heading.replaceAll('`', '');
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module))
      module.name = module.name === 'index' ? 'morphline' : `morphline/${module.name}`;
  });
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    mkdirSync(join(outputDirectory, 'docs'), { recursive: true });
    copyFileSync(join(ROOT, LINKED), join(outputDirectory, LINKED));
  });
}
