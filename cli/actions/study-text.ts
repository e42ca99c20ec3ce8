// What `morphline study` prints: a study's summary, and what a dry run says.
import pc from 'picocolors';
import type { StudyEstimate } from '../../experiments/study/dry-run.ts';
import type { StudySummary } from '../../records/study.ts';
import { driftNote } from '../../reports/findings.ts';
import { clock, duration, percent, table } from '../terminal.ts';

function partText({ shard, shards }: StudySummary): string {
  if (shard !== undefined) return `, shard ${shard}`;
  return shards === undefined ? '' : `, ${shards.merged.length} of ${shards.of} shards`;
}

/** What a study found, for a terminal. */
export function studySummaryText(summary: StudySummary): string {
  const { measured, devices } = summary;
  const named = (column: string) => devices.find((device) => device.column === column)?.name ?? 'FLOPs';
  const figure = (value: number | null) => value?.toFixed(4) ?? '–';
  const lines = [
    `${pc.bold(summary.network)}: ${summary.samples} ${summary.law} sub-networks (seed ${summary.seed})${partText(summary)}, predicted in ${summary.predict_seconds.toFixed(2)} s`,
    '',
    table(
      ['FLOPs against', 'Pearson', 'Spearman'],
      summary.flops_against_predicted.map(({ column, pearson, spearman }) => [
        `${named(column)}, predicted`,
        figure(pearson),
        figure(spearman),
      ]),
    ),
  ];
  if (measured !== null) {
    lines.push(
      '',
      table(
        [
          `against ${measured.networks} measured (${measured.engine} ×${measured.threads})`,
          'Pearson',
          'Spearman',
        ],
        measured.against_measured.map(({ column, pearson, spearman }) => [
          column === 'flops' ? 'FLOPs' : `${named(column)}, predicted`,
          figure(pearson),
          figure(spearman),
        ]),
      ),
      '',
      `repeatability ${percent(measured.repeatability)}${measured.calibrated_mape === null ? '' : `; calibrated prediction off by ${percent(measured.calibrated_mape)} on average${driftNote(measured)}`}`,
    );
  }
  return lines.join('\n');
}

/** What `--dry-run` says. */
export function studyEstimateText(estimate: StudyEstimate): string {
  const { rows, networks, measured, rounds_measured, loads, rounds, trial, seconds, writes } = estimate;
  const lines = [`${rows} sub-networks to predict, ${networks} of them to measure`];
  if (trial !== null) {
    lines.push(
      `full network: loaded in ${duration(1e6 * trial.load_seconds)}, one inference ${duration(1e6 * trial.run_seconds)}`,
      `measured already: ${measured} networks, and ${rounds_measured} rounds of others`,
      `left: ${networks - measured} networks × ${loads} loads, ${rounds} rounds of each: about ${clock(seconds)}`,
    );
  }
  const verb = estimate.resumes ? 'goes on with' : 'writes';
  return [...lines, `${verb} ${writes.join(', ')}`].join('\n');
}
