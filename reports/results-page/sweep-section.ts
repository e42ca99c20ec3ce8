// A sweep's section of docs/results.md: how it was made, what it found, its tables and pictures.
import { instant, integer, percent } from '../number-format.ts';
import { markdownTable } from '../text-table.ts';
import { budgetName, isInFlops, type PageSweep } from './page-sweep.ts';
import type { SweepChart } from './sweep-charts.ts';
import { sweepFindings } from './sweep-findings.ts';
import { budgetsOf, budgetTable, comparisonTable } from './sweep-tables.ts';

const SECONDS_PER_HOUR = 3600;

const words = (value: unknown) => (Array.isArray(value) ? value.join(' ') : String(value));

/** The command that made a sweep. */
function command({ run, rows }: PageSweep): string {
  const { settings } = run;
  const seeds = Math.max(...rows.map(({ seed }) => seed));
  const flags = [
    ['network', settings.network],
    ['data', 'DIR'],
    ['images', settings.trainImages],
    ['device', 'device.json'],
    ['methods', settings.methods],
    ['forms', settings.forms],
    ['budgets', settings.budgets],
    ['budget-in', settings.budgetIn],
    ['seeds', seeds],
    ['epochs', settings.epochs],
    ['shrink-epochs', settings.shrinkEpochs],
    ['batch', settings.batch],
    ['engine', settings.engine],
  ] as const;
  const given = flags.filter(([, value]) => value !== undefined && value !== null);
  return `morphline sweep ${given.map(([flag, value]) => `--${flag} ${words(value)}`).join(' ')}`;
}

function introduction(sweep: PageSweep): string {
  const { run, rows, summary } = sweep;
  const { data, trainImages, testImages, device, epochs, shrinkEpochs } = run.settings;
  const hours = rows.reduce((sum, { seconds }) => sum + seconds, 0) / SECONDS_PER_HOUR;
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  return [
    `${rows.length} networks of ${seeds} seed${seeds === 1 ? '' : 's'}, trained on ${integer(Number(trainImages))} images of ${data} for ${epochs} epochs (shrink paths: ${shrinkEpochs}), tested on ${integer(Number(testImages))};`,
    `begun ${instant(run.startedAt)}, morphline ${run.versions.morphline}, ${hours.toFixed(1)} hours of training beside the paths.`,
    `Latency was measured on ${device}, each network beside its seed network. The seed network itself: ${percent(summary.seedAccuracy, 2)}.`,
  ].join(' ');
}

/** A sweep's section of the page. */
export function sweepSection(
  sweep: PageSweep,
  charts: readonly Pick<SweepChart, 'name' | 'label'>[],
): string {
  const { name, run, summary, comparisons } = sweep;
  const picture = (wanted: SweepChart['name'], title?: string) =>
    charts
      .filter((chart) => chart.name === wanted)
      .flatMap(({ label }) => [
        ...(title === undefined ? [] : [`### ${title}`]),
        `![${label}](results/${name}/${wanted}.svg)`,
      ]);
  const tables = budgetsOf(summary).flatMap((budget) => {
    const against = comparisons.filter((each) => each.budget === budget);
    return [
      `### ${budgetName(sweep, budget)}`,
      markdownTable(budgetTable(summary.groups.filter((group) => group.budget === budget))),
      ...(against.length > 0 ? [markdownTable(comparisonTable(against))] : []),
    ];
  });
  return [
    `## ${run.settings.network} on ${run.settings.data}, equal ${isInFlops(sweep) ? 'FLOPs' : 'measured latency'}`,
    introduction(sweep),
    ['```', command(sweep), '```'].join('\n'),
    sweepFindings(summary, comparisons, (budget) => budgetName(sweep, budget))
      .map((sentence) => `- ${sentence}`)
      .join('\n'),
    ...picture('accuracy'),
    ...tables,
    ...picture('kept-widths', 'Which channels go'),
    ...picture('gammas', 'The gap in γ'),
  ].join('\n\n');
}
