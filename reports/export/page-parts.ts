// Charts and tables of a finished page, taken from its markup: files hold exactly what the page shows.

/** A chart as the page draws it for a wide screen, its colours still custom properties. */
export interface PageChart {
  readonly section: string;
  readonly label: string;
  readonly svg: string;
}

export interface PageTable {
  readonly section: string;
  /** Text of its cells, the heading first. */
  readonly rows: readonly (readonly string[])[];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** Text of markup that `html` made: its tags gone, line breaks as spaces, entities read. */
export function textOf(markup: string): string {
  return markup
    .replace(/<br>/g, ' ')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/\u00a0/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Sections by id, with their markup. */
function sections(page: string): [id: string, markup: string][] {
  return [...page.matchAll(/<section id="([a-z]+-\d+)">([\s\S]*?)<\/section>/g)].map(
    ([, id = '', markup = '']) => [id, markup],
  );
}

/** @param page as `renderReport` made it */
export function pageCharts(page: string): PageChart[] {
  return sections(page).flatMap(([section, markup]) =>
    [...markup.matchAll(/<div class="(wide|only)">([\s\S]*?)<\/div><\/div>/g)].flatMap(([, , drawn = '']) =>
      [...drawn.matchAll(/<svg role="img" aria-label="([^"]*)"[\s\S]*?<\/svg>/g)].map(
        ([svg, label = '']) => ({
          section,
          label: textOf(label),
          svg,
        }),
      ),
    ),
  );
}

/** @param page as `renderReport` made it */
export function pageTables(page: string): PageTable[] {
  return sections(page).flatMap(([section, markup]) =>
    [...markup.matchAll(/<table[^>]*>([\s\S]*?)<\/table>/g)].map(([, body = '']) => ({
      section,
      rows: [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
        [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) => textOf(cell)),
      ),
    })),
  );
}
