// Chart: width of each layer before and after training, by network.
import type { LayerRecord } from '../../records/training.ts';
import { colour } from '../palette.ts';
import { numberFact, textFact } from './series.ts';
import type { ChartSpec } from './theme.ts';

const WIDE_ROW = 22;
const NARROW_ROW = 38;
const THICKNESS = 12;
/** Of a layer's name, about; Vega would overestimate it. */
const LETTER_WIDTH = 6.4;
const MAX_LETTERS = 44;

/** Without the middle of a long name: its ends tell layers apart. */
function shortened(name: string): string {
  if (name.length <= MAX_LETTERS) return name;
  const half = (MAX_LETTERS - 1) / 2;
  return `${name.slice(0, Math.floor(half))}…${name.slice(-Math.ceil(half))}`;
}

/**
 * Width of each layer in the networks of a training run: the seed as an outline, the expanded one as a bar, the
 * shrunk one and the width multiplier as ticks. On a phone a layer's name stands above its bar.
 */
export function layerWidthsChart(layers: readonly LayerRecord[], width: number): ChartSpec {
  const wide = width > 500;
  const rows = layers.map((row, key) => ({
    ...row,
    key,
    layer: shortened(row.layer),
    removed: row.expanded_width === 0 ? 'removed' : '',
  }));
  const longest = Math.max(0, ...rows.map(({ layer }) => layer.length));
  // Below the name, where that stands above.
  const down = wide ? 0 : 9;
  const tooltip = [
    textFact('layer', 'layer'),
    numberFact('seed_width', 'seed'),
    numberFact('shrunk_width', 'shrunk'),
    numberFact('expanded_width', 'expanded'),
    numberFact('multiplier_width', 'width multiplier'),
  ];
  const axis = { title: 'channels →', tickCount: wide ? 8 : 5, tickMinStep: 1 };
  const tick = (field: 'shrunk_width' | 'multiplier_width', tickColour: string) => ({
    transform: [{ filter: `datum.${field} > 0` }],
    mark: {
      type: 'tick' as const,
      thickness: 3,
      size: THICKNESS + 4,
      color: tickColour,
      opacity: 1,
      yOffset: down,
    },
    encoding: { x: { field, type: 'quantitative' as const } },
  });
  return {
    width,
    height: (wide ? WIDE_ROW : NARROW_ROW) * rows.length + 46,
    autosize: { type: 'fit', contains: 'padding' },
    data: { values: rows },
    encoding: { y: { field: 'key', type: 'ordinal', scale: { padding: 0 }, axis: null } },
    layer: [
      {
        mark: { type: 'bar', size: THICKNESS - 3, color: colour('blue'), fillOpacity: 0.5, yOffset: down },
        encoding: { x: { field: 'expanded_width', type: 'quantitative', axis }, tooltip },
      },
      {
        mark: {
          type: 'bar',
          size: THICKNESS,
          filled: false,
          stroke: colour('muted'),
          strokeWidth: 1,
          yOffset: down,
        },
        encoding: { x: { field: 'seed_width', type: 'quantitative' }, tooltip },
      },
      tick('shrunk_width', colour('ink')),
      tick('multiplier_width', colour('orange')),
      {
        transform: [{ filter: "datum.removed !== ''" }],
        mark: { type: 'text', align: 'left', dx: 5, dy: down, color: colour('muted') },
        encoding: {
          x: { field: 'seed_width', type: 'quantitative' },
          text: { field: 'removed', type: 'nominal' },
        },
      },
      {
        mark: {
          type: 'text',
          align: 'left',
          x: wide ? -LETTER_WIDTH * longest - 12 : 0,
          dy: wide ? 0 : -8,
          color: colour('soft'),
        },
        encoding: { text: { field: 'layer', type: 'nominal' } },
      },
    ],
  };
}
