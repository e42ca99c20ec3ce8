// The process that fuzzes one target: node worker.js NAME RUNS SEED ROOT.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzzTarget } from './fuzz-target.ts';
import { TARGETS } from './targets.ts';

const [name = '', runs, seed, root = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), `morphline-fuzz-${name}-`));
const make = TARGETS[name];
try {
  if (make === undefined) throw new Error(`no target ${name}`);
  const result = await fuzzTarget(make, {
    root,
    folder,
    runs: Number(runs),
    seed: Number(seed),
    onInput: () => process.send?.('alive'),
  });
  const { accepted, refused, slowestMs } = result;
  process.stdout.write(
    `${name}: ${accepted} read, ${refused} refused, the slowest in ${slowestMs.toFixed(0)} ms\n`,
  );
} catch (error) {
  process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  process.disconnect?.();
}
