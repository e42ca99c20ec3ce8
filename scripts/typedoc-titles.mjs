// A plugin of typedoc: pages are called as their first heading says, which code hosts show and front matter would spoil.
import { Converter } from 'typedoc';

/** @param app of typedoc */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
    const heading = page.content.map(({ text }) => text).join('').match(/^# (.+)$/m)?.[1];
    if (heading !== undefined) page.name = heading.replaceAll('`', '');
  });
}
