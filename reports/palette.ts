// Every colour, by its role, light and dark, as CSS custom properties.
/**
 * Colours by role, as CSS custom properties, so that page and charts follow the reader's light or dark scheme. The
 * series keep a distance of at least 9 (OKLab × 100) from one another in normal, protanopic and deuteranopic sight.
 */
const LIGHT = {
  page: '#fdfdfc',
  panel: '#f5f6f6',
  ink: '#15181d',
  soft: '#454c56',
  muted: '#6a727d',
  line: '#dcdfe3',
  grid: '#e9ebee',
  bar: '#c9d8e8',
  blue: '#0b5aa0',
  orange: '#b83c0c',
  teal: '#158a60',
  violet: '#8a5cf0',
  gold: '#d9a02c',
  grey: '#9aa1ab',
};

const DARK: typeof LIGHT = {
  page: '#12151a',
  panel: '#1a1e25',
  ink: '#eef0f3',
  soft: '#c0c6ce',
  muted: '#949da8',
  line: '#2e343d',
  grid: '#242a32',
  bar: '#2f4a6b',
  blue: '#86b6ff',
  orange: '#e4602c',
  teal: '#35dba0',
  violet: '#b06bee',
  gold: '#c99c1c',
  grey: '#717a85',
};

export type Role = keyof typeof LIGHT;

/** A colour for CSS and for SVG attributes. */
export function colour(role: Role): string {
  return `var(--${role})`;
}

const SERIES = ['blue', 'orange', 'teal', 'violet', 'gold'] as const;

/** Colour of the index-th series; from the sixth on there is only grey, so group the rest. */
export function seriesColour(index: number): string {
  return colour(SERIES[index] ?? 'grey');
}

export const SERIES_COLOURS = SERIES.length;

function declarations(colours: typeof LIGHT): string {
  return Object.entries(colours)
    .map(([role, value]) => `--${role}:${value}`)
    .join(';');
}

/** Paper is light whatever the screen was. */
export const PALETTE_CSS = `:root{color-scheme:light dark;${declarations(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${declarations(DARK)}}}
@media print{:root{color-scheme:light;${declarations(LIGHT)}}}`;

/** The light colours themselves, for what is shown outside the page. */
export function fixedColours(text: string): string {
  return text.replace(/var\(--(\w+)\)/g, (whole, role: string) =>
    Object.hasOwn(LIGHT, role) ? LIGHT[role as Role] : whole,
  );
}
