// Tells which networks of a run could not be measured.
import pc from 'picocolors';
import { measurementFiles } from '../records/measurement-files.ts';

/** Says on stderr which networks could not be measured; nothing where all were. */
export function warnOfLeftOut(out: string): void {
  const { failures } = measurementFiles(out);
  const rows = failures.read();
  if (rows.length === 0) return;
  const named = rows.slice(0, 3).map(({ network, sample, reason }) => `${network} ${sample} (${reason})`);
  const more = rows.length > named.length ? ` and ${rows.length - named.length} more` : '';
  process.stderr.write(
    `${pc.yellow(`${rows.length} networks left out, named in ${failures.path}: ${named.join(', ')}${more}`)}\n`,
  );
}
