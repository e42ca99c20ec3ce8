// The whole set on a GPU host inside ten minutes, what matters most first; every step's results stay if the next fails:
//   node scripts/gpu-session.mjs [--out DIR] [--minutes 10] [--toy]
// From a checkout, or packed (`morphline/gpu-session`). docs/gpu.md says what it leaves.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (existsSync(join(root, 'scripts', 'build.mjs'))) (await import('./build.mjs')).buildIfStale(root);
const { GPU_SIZE, TOY_SIZE, sessionSteps } = await import('../dist/scripts/gpu-steps.js');

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'gpu-session' },
    minutes: { type: 'string', default: '10' },
    toy: { type: 'boolean', default: false },
  },
});
const minutes = Number(flags.minutes);
if (!(minutes > 0)) {
  process.stderr.write(
    `gpu-session: got --minutes ${flags.minutes}; expected a number above 0; correct it\n`,
  );
  process.exit(2);
}
const startMs = Date.now();
const secondsLeft = () => 60 * minutes - (Date.now() - startMs) / 1e3;
/** A step is not begun with less time than this. */
const LEAST_SECONDS = 10;

const out = flags.out;
mkdirSync(out, { recursive: true });
const programs = {
  morphline: (args) => [join(root, 'dist', 'cli', 'main.js'), ...args],
  'engine-check': (args) => [
    '-e',
    `import(${JSON.stringify(join(root, 'dist', 'scripts', 'engine-check.js'))}).then(({ main }) => main('', ${JSON.stringify(args)})).then((code) => process.exit(code), (error) => { process.stderr.write(error.message + '\\n'); process.exit(1); })`,
  ],
};

function runStep({ name, program, args, limitSeconds, stdout }) {
  const left = secondsLeft();
  if (left < LEAST_SECONDS) return { name, status: 'not begun', seconds: 0 };
  const from = Date.now();
  const output = openSync(join(out, stdout), 'w');
  const errors = openSync(join(out, `${name}.log`), 'w');
  const limit = Math.min(limitSeconds, left);
  const { status, signal } = spawnSync(
    process.execPath,
    programs[program](args.map((arg) => arg.replace('OUT', out))),
    { stdio: ['ignore', output, errors], timeout: 1e3 * limit, killSignal: 'SIGKILL' },
  );
  closeSync(output);
  closeSync(errors);
  const seconds = Math.round((Date.now() - from) / 100) / 10;
  if (signal !== null) return { name, status: `killed after ${Math.round(limit)} s`, seconds };
  return { name, status: status === 0 ? 'done' : `exit code ${status}`, seconds };
}

const steps = [];
for (const step of sessionSteps(flags.toy ? TOY_SIZE : GPU_SIZE)) {
  process.stdout.write(`${step.name} … `);
  const done = runStep(step);
  steps.push(done);
  writeFileSync(
    join(out, 'session.json'),
    `${JSON.stringify({ minutes, toy: flags.toy, steps }, null, 2)}\n`,
  );
  process.stdout.write(
    `${done.status}, ${done.seconds} s; ${Math.max(0, secondsLeft()).toFixed(0)} s left\n`,
  );
  if (done.status !== 'done') {
    const log = join(out, `${step.name}.log`);
    if (existsSync(log))
      process.stdout.write(readFileSync(log, 'utf8').trim().split('\n').slice(-3).join('\n').concat('\n'));
  }
}
const failed = steps.filter(({ status }) => status !== 'done');
process.stdout.write(
  `${steps.length - failed.length} of ${steps.length} steps done in ${((Date.now() - startMs) / 1e3).toFixed(0)} s: ${out}\n`,
);
process.exit(failed.length === 0 ? 0 : 1);
