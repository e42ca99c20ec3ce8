// What commands print: tables, numbers with units, JSON on stdout, and progress on stderr.
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import type { ProgressListener } from '../experiments/progress.ts';
import { printable, printableLines } from '../records/printable.ts';
import { writeOut } from './standard-output.ts';

const REDRAW_MS = 100;
const BAR_WIDTH = 24;
/** Without a terminal, one line per this share of the work. */
const LINE_STEP = 0.1;
/** Cells of a column of numbers, with or without a unit that is written after each. */
const NUMERIC = /^[\d.,+−\-–—%× eE]*( %|×)?$/;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;

/** 75 → "1:15", 3675 → "1:01:15". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

export interface ProgressBar {
  readonly update: ProgressListener;
  /** Clears the line. */
  finish(): void;
}

/** Progress on stderr: a bar with the time left in a terminal, a line now and then elsewhere, nothing when quiet. */
export function progressBar(title: string, quiet: boolean): ProgressBar {
  const startMs = performance.now();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let line = -LINE_STEP;
  // A resumed job starts in the middle: what was done before took none of this process's time.
  let first: number | undefined;
  const interactive = process.stderr.isTTY === true;
  return {
    update({ fraction, text: told }) {
      const text = printable(told);
      if (quiet) return;
      const now = performance.now();
      const elapsed = (now - startMs) / 1e3;
      first ??= fraction;
      const done = fraction - first;
      const left = done > 0.02 ? `${clock((elapsed / done) * (1 - fraction))} left` : '';
      if (!interactive) {
        if (fraction - line < LINE_STEP) return;
        line = fraction;
        process.stderr.write(
          `${title} ${String(Math.round(100 * fraction)).padStart(3)} %  ${text}  ${left}\n`,
        );
        return;
      }
      if (now - drawnMs < REDRAW_MS) return;
      drawnMs = now;
      const filled = Math.round(BAR_WIDTH * Math.min(1, fraction));
      const bar = pc.cyan('━'.repeat(filled)) + pc.dim('━'.repeat(BAR_WIDTH - filled));
      const columns = process.stderr.columns ?? 80;
      const plain = ` ${clock(elapsed)}  ${left}  ${text}`.slice(
        0,
        Math.max(0, columns - title.length - BAR_WIDTH - 4),
      );
      process.stderr.write(`\r\x1b[2K${pc.bold(title)} ${bar}${plain}`);
    },
    finish() {
      if (!quiet && interactive) process.stderr.write('\r\x1b[2K');
    },
  };
}

/** Columns of a terminal that a text takes: none for colors, two for what East Asia writes with. */
function columnsOf(text: string): number {
  const plain = stripVTControlCharacters(text);
  if (!WIDE.test(plain)) return plain.length;
  let columns = 0;
  for (const character of plain) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** Plain, aligned columns without frames; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = head.map((_, column) => rows.every((row) => NUMERIC.test(row[column] ?? '')));
  const lines = [head.map((text) => pc.dim(text)), ...rows].map((cells) =>
    head.map((_, column) => {
      const text = (cells[column] ?? '').replaceAll('\n', '\\n');
      return { text, columns: columnsOf(text) };
    }),
  );
  const most = head.map((_, column) =>
    lines.reduce((widest, cells) => Math.max(widest, cells[column]?.columns ?? 0), 0),
  );
  return lines
    .map((cells) =>
      cells
        .map(({ text, columns }, column) => {
          const space = ' '.repeat((most[column] ?? 0) - columns);
          return isNumeric[column] ? space + text : text + space;
        })
        .join('  '),
    )
    .join('\n');
}

export function percent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** 1234567 → "1.23 M", engineering prefixes. */
export function engineering(value: number): string {
  for (const [limit, suffix] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const) {
    if (value >= limit) return `${(value / limit).toPrecision(3)}${suffix}`;
  }
  return value.toFixed(0);
}

/** Microseconds with a unit that suits them. */
export function duration(us: number): string {
  if (us >= 1e6) return `${(us / 1e6).toPrecision(4)} s`;
  return us >= 1e3 ? `${(us / 1e3).toPrecision(4)} ms` : `${us.toPrecision(4)} µs`;
}

export function printJson(value: unknown): void {
  writeOut(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  writeOut(`${printableLines(text)}\n`);
}
