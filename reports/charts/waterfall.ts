// Chart: the way from one network's latency to another's, a bar for each cause.
import { causeWords } from '../../records/cause-words.ts';
import type { Explanation } from '../../records/explanation.ts';
import { LATENCY_UNITS, significant, unitFor } from '../number-format.ts';
import { colour } from '../palette.ts';
import { type ChartSpec, NUMBER_LABEL } from './theme.ts';

/** Where causes are smaller than this share of the totals, the axis begins beside them rather than at zero. */
const SMALL = 0.25;

/** Colours of its bars, and what they stand for. */
export const WATERFALL_COLOURS = {
  total: colour('grey'),
  slower: colour('orange'),
  faster: colour('blue'),
} as const;

interface Bar {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly kind: keyof typeof WATERFALL_COLOURS;
  readonly label: string;
  readonly layers: number;
}

/** Where its axis begins: 0, or near what the causes reach. */
export function waterfallStart({ waterfall }: Explanation): number {
  const reached = waterfall
    .filter(({ kind }) => kind === 'cause')
    .flatMap(({ from_us, to_us }) => [from_us, to_us]);
  const [least, most] = [Math.min(...reached), Math.max(...reached)];
  return reached.length === 0 || most - least >= SMALL * most ? 0 : Math.max(0, least - 0.5 * (most - least));
}

/**
 * The waterfall: A above, then causes from the largest to the smallest, each from where the one before ended, and B.
 * @param width on a phone, names take less of it
 */
export function waterfallChart(explanation: Explanation, width: number): ChartSpec {
  const { waterfall, a, b } = explanation;
  const start = waterfallStart(explanation);
  const unit = unitFor(
    waterfall.map(({ to_us }) => to_us),
    LATENCY_UNITS,
  );
  const bars = waterfall.map(({ cause, from_us, to_us, delta_us, layers }, index): Bar => {
    const isTotal = cause === null;
    const size = significant(Math.abs(delta_us) / unit.base);
    return {
      name: isTotal ? (index === 0 ? `A: ${a.name}` : `B: ${b.name}`) : causeWords(cause, delta_us),
      from: Math.max(from_us, start) / unit.base,
      to: to_us / unit.base,
      kind: isTotal ? 'total' : delta_us > 0 ? 'slower' : 'faster',
      label: isTotal ? size : `${delta_us < 0 ? '−' : '+'}${size}`,
      layers,
    };
  });
  const most = Math.max(...bars.flatMap(({ from, to }) => [from, to]));
  // From each bar's end down to the next one's beginning.
  const steps = bars.slice(0, -1).map(({ name, to }, index) => ({ name, next: bars[index + 1]?.name, to }));
  const names = bars.map(({ name }) => name);
  const isNarrow = width < 500;
  const y = {
    field: 'name',
    type: 'nominal',
    sort: names,
    scale: { domain: names, paddingInner: 0.3, paddingOuter: 0.1 },
    axis: {
      title: null,
      grid: false,
      labelFontSize: isNarrow ? 11 : 13,
      labelLimit: isNarrow ? 130 : 300,
      labelColor: colour('ink'),
    },
  } as const;
  return {
    width,
    height: 46 + 30 * bars.length,
    autosize: { type: 'fit', contains: 'padding' },
    padding: { left: 1, right: 54, top: 4, bottom: 4 },
    layer: [
      {
        data: { values: steps },
        mark: { type: 'rule', color: colour('muted'), strokeWidth: 1 },
        encoding: {
          x: { field: 'to', type: 'quantitative' },
          y: { field: 'name', type: 'nominal', bandPosition: 0.5 },
          y2: { field: 'next', bandPosition: 0.5 },
        },
      },
      {
        data: { values: bars },
        mark: { type: 'bar' },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            scale: { domain: [start / unit.base, most], nice: false },
            axis: { title: `latency (${unit.name}) →`, tickCount: 5, labelExpr: NUMBER_LABEL },
          },
          x2: { field: 'to' },
          y,
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: Object.keys(WATERFALL_COLOURS), range: Object.values(WATERFALL_COLOURS) },
            legend: null,
          },
          tooltip: [
            { field: 'name', type: 'nominal', title: 'cause' },
            { field: 'label', type: 'nominal', title: unit.name },
            { field: 'layers', type: 'quantitative', title: 'layers' },
          ],
        },
      },
      {
        data: { values: bars.map((bar) => ({ ...bar, end: Math.max(bar.from, bar.to) })) },
        mark: { type: 'text', align: 'left', dx: 5, color: colour('ink') },
        encoding: {
          x: { field: 'end', type: 'quantitative' },
          y: { field: 'name', type: 'nominal', sort: names },
          text: { field: 'label', type: 'nominal' },
        },
      },
    ],
  };
}
