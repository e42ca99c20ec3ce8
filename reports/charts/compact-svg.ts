// Vega's SVG made small: attributes shortened, coordinates rounded.
import { escapeHtml } from '../html.ts';

/** Attributes for assistive technology and pointers: a chart is one image with one label here. */
const UNUSED =
  / (?:xmlns(?::\w+)?|version|class|role|aria-[a-z]+|pointer-events|stroke-miterlimit)="[^"]*"| opacity="1"| font-family="inherit"/g;
const COORDINATES = / (?:transform|d|x|y|x1|x2|y1|y2|width|height|viewBox)="[^"]*"/g;
/** d3's circle: M r,0 A r,r … */
const DOT = /^<path transform="translate\((-?[\d.]+),(-?[\d.]+)\)" d="M([\d.]+),0A[^"]*"([^>]*)\/>$/;

function rounded(tag: string): string {
  return tag.replace(COORDINATES, (attribute) =>
    attribute.replace(/-?\d+\.\d+(?:e-?\d+)?/g, (number) => {
      const text = Number(number).toFixed(1);
      return text === '-0.0' ? '0' : text.replace(/\.0$/, '');
    }),
  );
}

/** Dots of one look become circles in one group, which keeps a scatter small. */
function groupedDots(pieces: readonly string[]): string {
  let out = '';
  let look = '';
  for (const piece of pieces) {
    const [, x, y, radius, attributes] = DOT.exec(piece) ?? [];
    const next = radius === undefined ? '' : `${attributes?.replace(' stroke-width="2"', '')}`;
    if (next !== look) {
      if (look !== '') out += '</g>';
      if (next !== '') out += `<g${next}>`;
      look = next;
    }
    out += next === '' ? piece : `<circle cx="${x}" cy="${y}" r="${radius}"/>`;
  }
  return look === '' ? out : `${out}</g>`;
}

/**
 * Vega's SVG for use inside an HTML page: a third of the size, coordinates to 0.1. Only tags are rewritten; in text and
 * attribute values Vega has escaped < and >, so that no text is taken for a tag.
 * @param label what a screen reader says of it; escaped
 */
export function compactSvg(svg: string, label: string): string {
  const pieces = svg
    .split(/(<[^<>]*>)/)
    .filter((piece) => piece !== '' && !/^<path class="(?:background|foreground)"/.test(piece))
    .map((piece) => (piece.startsWith('<') ? rounded(piece.replace(UNUSED, '')) : piece));
  return groupedDots(pieces).replace(/^<svg/, () => `<svg role="img" aria-label="${escapeHtml(label)}"`);
}
