// Fuzzes every reader with broken files and command lines: `node scripts/run.mjs fuzz [RUNS] [NAME…] [--seed N]`.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { UserError } from '../records/user-error.ts';
import { TARGETS } from './fuzz/targets.ts';

const DEFAULT_RUNS = 10_000;
/** A reader that hangs does so for all of it. */
const MOST_MS = 6 * 3600 * 1e3;
/** Of JavaScript's heap; a reader that needs more dies of it. */
const HEAP_MIB = 1536;
const WATCHED_MS = 60_000;

const WORKER = fileURLToPath(new URL('./fuzz/worker.js', import.meta.url));

/** Fuzzes one target in a process of its own, so that a hang or a crash is one too. @returns whether it held */
function fuzzApart(name: string, runs: number, seed: number, root: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = fork(WORKER, [name, String(runs), String(seed), root], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let heardMs = performance.now();
    const startMs = heardMs;
    child.on('message', () => {
      heardMs = performance.now();
    });
    const timer = setInterval(() => {
      const now = performance.now();
      if (now - heardMs < WATCHED_MS && now - startMs < MOST_MS) return;
      process.stderr.write(`${name}: an input that takes more than ${WATCHED_MS / 1e3} s\n`);
      child.kill('SIGKILL');
    }, 1000);
    child.on('exit', (code) => {
      clearInterval(timer);
      resolve(code === 0);
    });
  });
}

/** @throws UserError for a name that is no target */
export async function main(root: string, args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' } },
    allowPositionals: true,
  });
  const count = positionals.find((text) => /^\d+$/.test(text));
  const runs = count === undefined ? DEFAULT_RUNS : Number(count);
  const named = positionals.filter((text) => text !== count);
  const names = Object.keys(TARGETS);
  const unknown = named.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UserError({ got: `target ${unknown}`, expected: names.join(', '), fix: 'correct the name' });
  const seed = Number(values.seed ?? Math.floor(Date.now() / 1e3));
  const waiting = named.length > 0 ? named : names;
  process.stdout.write(`${runs} inputs each, seed ${seed}\n`);
  const failed: string[] = [];
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      if (!(await fuzzApart(name, runs, seed, root))) failed.push(name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  process.stdout.write(failed.length === 0 ? 'all held\n' : `findings in ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}
