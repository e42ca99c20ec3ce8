// The report's section on a sweep: ways to make a network faster, side by side at equal latency.
import type { SweepData } from '../../experiments/results/sweep-results.ts';
import type { SweepGroup } from '../../experiments/sweep/sweep-summary.ts';
import { accuracyChart, costAxis } from '../charts/sweep-accuracy.ts';
import { figure } from '../figure.ts';
import { html, type Markup } from '../html.ts';
import { contenderTitle } from '../method-names.ts';
import { count, integer, percent } from '../number-format.ts';
import { table } from '../table.ts';
import { type Section, section } from './section.ts';

/** What budgets are shares of, in words. */
const unitOf = ({ settings }: SweepData) => (settings.budgetIn === 'flops' ? 'FLOPs' : 'measured latency');

function budgetTable(groups: readonly SweepGroup[]): Markup {
  const best = Math.max(...groups.map(({ accuracy }) => accuracy));
  return table<SweepGroup>(
    [
      { heading: 'Method', cell: (group) => contenderTitle(group) },
      { heading: 'Accuracy', align: 'number', cell: ({ accuracy }) => percent(accuracy, 2) },
      {
        heading: '95 %',
        align: 'number',
        cell: ({ halfWidth }) => (halfWidth === null ? '' : `± ${(100 * halfWidth).toFixed(2)}`),
      },
      {
        heading: html`Measured<br>latency`,
        align: 'number',
        cell: ({ latencyShare }) => percent(latencyShare),
      },
      { heading: 'MFLOP', align: 'number', cell: ({ flops }) => (flops / 1e6).toFixed(1) },
      { heading: 'Seeds', align: 'number', cell: ({ seeds }) => seeds },
    ],
    groups,
    { marked: ({ accuracy }) => accuracy === best },
  );
}

/** Methods at each budget, with their accuracies over seeds. */
export async function sweepSection(sweep: SweepData, id: string): Promise<Section> {
  const { settings, summary, rows, directory } = sweep;
  const title = 'Which way to make it faster?';
  const { groups, speedups, seedAccuracy } = summary;
  if (groups.length === 0) {
    const text = html`<p>No trained networks are in ${directory} yet: <code>morphline sweep</code> goes on where it stopped.</p>`;
    return section(id, title, settings.network, text);
  }
  const axis = costAxis(rows, settings.budgetIn === 'flops');
  const budgets = [...new Set(groups.map(({ budget }) => budget))].sort((a, b) => a - b);
  return section(id, title, settings.network, [
    html`<p>${count(rows.length, 'network')} trained on ${integer(settings.trainImages)} images of ${settings.data} for ${count(settings.epochs, 'epoch')}; those of one budget are equal in ${unitOf(sweep)} on ${settings.device}. The seed networks reach ${percent(seedAccuracy, 2)}.${
      speedups !== null &&
      ` Predicted speed-ups are off by ${percent(speedups.median)} in the median, nine in ten by at most ${percent(speedups.p90)}.`
    }</p>`,
    await figure({
      title: 'Accuracy and cost',
      charts: [(width) => accuracyChart(rows, groups, axis, width)],
      caption: html`A dot is a network of one seed; lines lead through the means. Of MorphNet’s networks those that were expanded are drawn.`,
      label: `test accuracy against ${axis.title}, by method`,
    }),
    ...budgets.flatMap((budget) => [
      html`<h3>${percent(budget, 0)} of the seed network’s ${unitOf(sweep)}</h3>`,
      budgetTable(groups.filter((group) => group.budget === budget)),
    ]),
  ]);
}
