// The report's section on comparisons: whether B is faster than A.
import type { Compared, ComparisonData } from '../../experiments/results/comparison-results.ts';
import type { CompareVerdict, ComparisonResult } from '../../records/comparison.ts';
import { ratioIntervals } from '../charts/ratio-intervals.ts';
import { figure, type LegendEntry } from '../figure.ts';
import { breakable, html, type Markup } from '../html.ts';
import { count, LATENCY_UNITS, percent, significant, unitFor } from '../number-format.ts';
import { colour } from '../palette.ts';
import { type Column, table } from '../table.ts';
import { type Section, section } from './section.ts';

const VERDICTS: Readonly<Record<CompareVerdict, { readonly said: string; readonly colour: string }>> = {
  'b-faster': { said: 'faster', colour: colour('blue') },
  'b-slower': { said: 'slower', colour: colour('orange') },
  same: { said: 'as fast', colour: colour('teal') },
  inconclusive: { said: 'not told apart', colour: colour('grey') },
};

const isMeasured = (each: Compared): each is ComparisonResult => !('basis' in each);

/** A datasheet does not say how far it is off. */
const saidOf = ({ verdict, low }: Compared) => (low === null ? 'not known' : VERDICTS[verdict].said);

/** What B is against, where devices are compared the network too. */
const nameOf = (each: Compared) => (isMeasured(each) ? each.b.name : `${each.b.name}: ${each.network}`);

function legend(comparisons: readonly Compared[]): LegendEntry[] {
  const colours = new Map(comparisons.map((each) => [saidOf(each), VERDICTS[each.verdict].colour]));
  return [...colours].map(([label, fill]) => ({ label, colour: fill, shape: 'dot' }));
}

function verdictTable(comparisons: readonly Compared[]): Markup {
  return table<Compared>(
    [
      { heading: 'B', width: '34%', cell: (each) => breakable(nameOf(each)) },
      { heading: 'B is', cell: saidOf },
      {
        heading: html`Time of B<br>over A`,
        align: 'number',
        cell: ({ ratio }) => (ratio < 10 ? ratio.toFixed(3) : significant(ratio)),
      },
      {
        heading: '95 %',
        align: 'number',
        cell: ({ low, high }) =>
          low === null || high === null ? '' : `${low.toFixed(3)} – ${high.toFixed(3)}`,
      },
      {
        heading: html`B faster,<br>probability`,
        align: 'number',
        cell: ({ p_b_faster: p }) => (p === null ? '' : percent(p)),
      },
    ],
    comparisons,
  );
}

type Side = ComparisonResult['a'];

/** A once, and every B. */
function sidesTable(measured: readonly ComparisonResult[]): Markup {
  const sides = measured.flatMap(({ a, b }, i) => (i === 0 ? [a, b] : [b]));
  const unit = unitFor(
    sides.map(({ latency_us }) => latency_us),
    LATENCY_UNITS,
  );
  const time = (heading: string, of: (side: Side) => number | null): Column<Side> => ({
    heading: html`${heading}<br>${unit.name}`,
    align: 'number',
    cell: (side) => {
      const us = of(side);
      return us === null ? '' : significant(us / unit.base);
    },
  });
  return table<Side>(
    [
      { heading: 'Network', width: '26%', cell: ({ name }) => breakable(name) },
      time('Latency', ({ latency_us }) => latency_us),
      time('p50', ({ p50_us }) => p50_us),
      time('p90', ({ p90_us }) => p90_us),
      time('p99', ({ p99_us }) => p99_us),
      time('Load', ({ load_us }) => load_us),
      time('First run', ({ first_us }) => first_us),
      {
        heading: html`Memory<br>MB`,
        align: 'number',
        cell: ({ peak_memory_bytes: bytes }) => (bytes === null ? '' : significant(bytes / 1e6)),
      },
    ],
    sides,
  );
}

function basisOf(comparisons: readonly Compared[]): string {
  const measured = comparisons.filter(isMeasured);
  const [first] = measured;
  if (first === undefined) return 'As the profiles of the devices predict it.';
  const seconds = measured.reduce((sum, each) => sum + each.seconds, 0);
  const loads = measured.reduce((sum, each) => sum + each.loads, 0);
  return `Measured against each other on ${first.engine} (${first.adapter}, ${count(first.threads, 'thread')}), batch ${first.batch}: ${count(loads, 'load')} in ${significant(seconds)} s.`;
}

/** Ratios with their intervals, the verdicts, and both sides' times and memory. */
export async function comparisonSection({ comparisons }: ComparisonData, id: string): Promise<Section> {
  const [first] = comparisons;
  const against = first?.a.name ?? '';
  const measured = comparisons.filter(isMeasured);
  return section(id, 'Is B faster than A?', `against ${against}`, [
    html`<p>A is ${against}. ${basisOf(comparisons)}</p>`,
    await figure({
      legend: legend(comparisons),
      charts: [
        (width) =>
          ratioIntervals(
            comparisons.map((each) => ({
              name: nameOf(each),
              ratio: each.ratio,
              low: each.low,
              high: each.high,
              colour: VERDICTS[each.verdict].colour,
            })),
            width,
          ),
      ],
      caption: html`Left of the dashed line B is faster. Bars are 95 % intervals; of measured ones they hold however often one looked while measuring.`,
      label: `Ratios of time against ${against}, with intervals, of ${count(comparisons.length, 'comparison')}`,
    }),
    verdictTable(comparisons),
    measured.length > 0 && sidesTable(measured),
  ]);
}
