// What ends the program from outside, such as Ctrl-C: one line that says what is kept and how to go on.
import { heldFolders } from '../records/held-folders.ts';
import { printable } from '../records/printable.ts';

/** Exit codes are 128 and the signal's number. */
const EXIT_CODES: ReadonlyMap<NodeJS.Signals, number> = new Map([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
]);

function stop(signal: NodeJS.Signals): void {
  const [folder] = heldFolders();
  const kept =
    folder === undefined
      ? 'nothing was begun'
      : `what was done is kept in ${printable(folder)}, and the same command goes on with it`;
  const line = `morphline: stopped by ${signal}: ${kept}\n`;
  const end = () => process.exit(EXIT_CODES.get(signal) ?? 1);
  // In a terminal a progress bar may stand in the line.
  process.stderr.write(process.stderr.isTTY === true ? `\r\x1b[2K${line}` : line, end);
}

/**
 * Ends the process in order: children end with it, and locks and temporary files go. For commands that measure and train,
 * which come back to the event loop all the time; others end as any program does.
 */
export function stopsInOrder(): void {
  for (const signal of EXIT_CODES.keys()) process.once(signal, stop);
}

/** For work that comes back to the event loop only when it is done: the signal itself ends it. */
export function stopsAtOnce(): void {
  for (const signal of EXIT_CODES.keys()) process.off(signal, stop);
}
