// Colours of times: from the page's own to orange, as a share of the longest.
import { colour, fixedColours } from '../palette.ts';

export const COLD = fixedColours(colour('page'));
export const HOT = fixedColours(colour('orange'));
export const DARK_TEXT = fixedColours(colour('ink'));
export const LIGHT_TEXT = '#ffffff';
/** From here on light text is read more easily. */
const LIGHT_FROM = 0.65;

const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** @param fraction of the longest time, 0 to 1 */
export function heat(fraction: number): { fill: string; text: string } {
  const [from, to] = [channels(COLD), channels(HOT)];
  const mixed = from.map((value, i) => Math.round(value + fraction * ((to[i] as number) - value)));
  const fill = `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  return { fill, text: fraction < LIGHT_FROM ? DARK_TEXT : LIGHT_TEXT };
}
