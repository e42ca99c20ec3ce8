// The dots that stand for networks where there are thousands.
import { colour } from '../palette.ts';

/** The mark of a study's networks, thousands of them: small dots that show where they are dense. */
export const NETWORK_DOTS = {
  type: 'point',
  shape: 'circle',
  filled: true,
  size: 7,
  fillOpacity: 0.45,
  color: colour('blue'),
} as const;
