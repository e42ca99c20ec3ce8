// What `study --analyze` prints: the parts of docs/study.md, drawn for a terminal.
import pc from 'picocolors';
import type { StudyAnalysis } from '../../records/study-analysis.ts';
import { type StudyPart, terminalParts } from '../../reports/study-page/study-parts.ts';
import { percent, table } from '../terminal.ts';

function headline({ network, law, seed, samples, networks, measured, devices }: StudyAnalysis): string {
  const on =
    measured === null
      ? 'none measured'
      : `${networks} measured on ${measured.adapter} (${measured.engine} ×${measured.threads}), which repeat within ${percent(measured.repeatability)}`;
  const calibrated = devices.filter(({ kind }) => kind === 'measured').map(({ name }) => name);
  const by = calibrated.length === 0 ? '' : `; calibrated: ${calibrated.join(', ')}`;
  return `${pc.bold(network)}: ${samples} ${law} sub-networks (seed ${seed}), ${on}${by}`;
}

function partText({ title, tables, note }: StudyPart): string {
  return [
    pc.bold(title),
    ...tables.map(({ lead, table: { head, rows } }) =>
      [...(lead === undefined ? [] : [lead]), table(head, rows)].join('\n'),
    ),
    ...(note === undefined ? [] : [pc.dim(note)]),
  ].join('\n\n');
}

/** What `study --analyze` prints. */
export function studyAnalysisText(analysis: StudyAnalysis): string {
  return [headline(analysis), ...terminalParts(analysis).map(partText)].join('\n\n');
}
