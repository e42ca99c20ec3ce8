// The report's section on a budget file: which limits are kept.
import type { CheckData } from '../../experiments/results/check-results.ts';
import type { LimitName, Outcome } from '../../records/budget.ts';
import { breakable, html } from '../html.ts';
import { count, percent, significant } from '../number-format.ts';
import { table } from '../table.ts';
import { type Section, section } from './section.ts';

/** What a limit is of, and its unit. */
const LIMITS: Readonly<
  Record<LimitName, { readonly title: string; readonly unit: string; readonly base: number }>
> = {
  predicted_latency_us: { title: 'predicted latency', unit: 'ms', base: 1e3 },
  flops: { title: 'FLOPs', unit: 'MFLOP', base: 1e6 },
  parameters: { title: 'parameters', unit: 'million', base: 1e6 },
  memory_bytes: { title: 'memory', unit: 'MB', base: 1e6 },
  size_bytes: { title: 'file size', unit: 'MB', base: 1e6 },
  measured_latency_ratio: { title: 'measured latency over the baseline’s', unit: '', base: 1 },
};

const ORDER: readonly Outcome['verdict'][] = ['broken', 'inconclusive', 'kept'];
const SAID: Readonly<Record<Outcome['verdict'], string>> = {
  broken: 'broken',
  inconclusive: 'open',
  kept: 'kept',
};

const valueText = ({ limit }: Outcome, value: number) => {
  const { unit, base } = LIMITS[limit];
  return `${significant(value / base)}${unit === '' ? '' : ` ${unit}`}`;
};

/** Every limit, those that are not kept first. */
export function checkSection({ check }: CheckData, id: string): Section {
  const { outcomes, budget_file, broken, inconclusive } = check;
  const sorted = ORDER.flatMap((verdict) => outcomes.filter((each) => each.verdict === verdict));
  // Bars end where the limit is, or where the worst one went over it.
  const most = Math.max(1, ...outcomes.map(({ got, at_most }) => got / at_most));
  const result =
    broken > 0
      ? `${broken} of ${count(outcomes.length, 'limit')} broken`
      : inconclusive > 0
        ? `${inconclusive} of ${count(outcomes.length, 'limit')} not decided`
        : `all ${count(outcomes.length, 'limit')} kept`;
  return section(id, 'Limits', budget_file, [
    html`<p>What networks may cost by ${budget_file}, against what they do: ${result}. The bar is what was got, as a share of the limit.</p>`,
    table<Outcome>(
      [
        {
          heading: 'Network',
          width: '32%',
          cell: ({ model, device, baseline }) =>
            html`${breakable(model)}${device !== null && html` <span class="quiet">on ${device}</span>`}${baseline !== null && html` <span class="quiet">against ${baseline}</span>`}`,
        },
        { heading: 'Limit', cell: ({ limit }) => LIMITS[limit].title },
        {
          heading: 'Got',
          align: 'number',
          cell: (each) => valueText(each, each.got),
          share: ({ got, at_most }) => got / at_most / most,
        },
        { heading: 'At most', align: 'number', cell: (each) => valueText(each, each.at_most) },
        {
          heading: 'Over',
          align: 'number',
          cell: ({ over }) => `${over < 0 ? '−' : over > 0 ? '+' : ''}${percent(Math.abs(over))}`,
        },
        { heading: 'Limit is', cell: ({ verdict }) => SAID[verdict] },
      ],
      sorted,
      { marked: ({ verdict }) => verdict !== 'kept' },
    ),
  ]);
}
