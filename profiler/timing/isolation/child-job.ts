// One job in a child process: what it tells, how it dies, whether it hangs.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../../records/user-error.ts';
import { removeTemporaryFolder, temporaryFolder } from '../../temporary-folder.ts';
import type { LoadListener, Stage } from '../measure-load.ts';
import { LoadDeath } from '../measurer.ts';
import type { EngineSource, FromChild, Job, JobResults, ThrownMessage, ToChild } from './messages.ts';

/** What a child says of its engine. */
export type Hello = Extract<FromChild, { kind: 'hello' }>;

/** Characters of a dead child's standard error that are kept. */
const ERROR_TAIL = 2000;
/** A child that is done but does not go within this time is killed. */
const EXIT_GRACE_MS = 5000;
/** A child that tells nothing for so long hangs: loading or running one network takes less wherever it is worth it. */
const SILENCE_LIMIT_MS = 600_000;

/** The child's program is JavaScript, which Node runs as it is: from sources, that of the build. */
function entry(): string {
  const compiled = import.meta.url.endsWith('.ts')
    ? '../../../dist/profiler/timing/isolation/child.js'
    : './child.js';
  const path = fileURLToPath(new URL(compiled, import.meta.url));
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run build`);
  return path;
}

const children = new Set<ChildProcess>();
let watching = false;

/** Children end when their channel closes; those deep in a computation when this process exits. */
function killAtExit(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
}

function causeOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  const lines = stderr.trim().split('\n');
  const said = lines.at(-1) === '' ? '' : `: ${lines.slice(-3).join(' | ')}`;
  return `its process ${signal === null ? `ended with code ${code}` : `was killed by ${signal}`}${said}`;
}

/** Calls back once when nothing was heard for as long as the limit. */
function watchSilence(limitMs: number) {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin(onSilence: (seconds: number) => void) {
      timer = setTimeout(() => onSilence(Math.round(limitMs / 1e3)), limitMs);
    },
    heard: () => timer?.refresh(),
    end: () => clearTimeout(timer),
  };
}

/** What a child threw, with its stack. */
function thrown(error: ThrownMessage, stage: Stage | null): Error {
  if (error.user !== null) return new UserError(error.user);
  const death = new LoadDeath(error.message, stage);
  death.stack = error.stack;
  return death;
}

/**
 * Does one job in a child process of its own.
 * @throws UserError as the child throws it; LoadDeath if the child dies or throws anything else
 */
export async function runInChild<K extends Job['kind']>(
  source: EngineSource,
  job: Extract<Job, { kind: K }>,
  listener: LoadListener & { readonly onHello?: (hello: Hello) => void } = {},
): Promise<JobResults[K]> {
  killAtExit();
  // Of its own, so that a killed engine's temporary files go with it.
  const temporary = temporaryFolder();
  const child = fork(entry(), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, TMPDIR: temporary, TMP: temporary, TEMP: temporary },
  });
  children.add(child);
  let stage: Stage | null = null;
  let stderr = '';
  const silence = watchSilence(source.silenceLimitMs ?? SILENCE_LIMIT_MS);
  try {
    return await new Promise<JobResults[K]>((resolve, reject) => {
      const fail = (error: unknown) => {
        child.kill('SIGKILL');
        reject(error);
      };
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr = (stderr + text).slice(-ERROR_TAIL);
      });
      silence.begin((seconds) => {
        fail(new LoadDeath(`its process told nothing for ${seconds} s and was ended`, stage));
      });
      child.on('message', (message) => {
        silence.heard();
        try {
          const told = message as FromChild;
          if (told.kind === 'hello') listener.onHello?.(told);
          else if (told.kind === 'sample') listener.onSample?.(told.sample);
          else if (told.kind === 'result') resolve(told.result as JobResults[K]);
          else if (told.kind === 'stage') {
            stage = told.stage;
            void listener.onStage?.(stage);
          } else reject(thrown(told.error, stage));
        } catch (error) {
          fail(error);
        }
      });
      child.on('error', fail);
      // What a child sent before it died is still in the channel when it exits.
      let ends = 0;
      const ended = () => {
        if (++ends === 2) reject(new LoadDeath(causeOf(child.exitCode, child.signalCode, stderr), stage));
      };
      child.on('close', ended);
      child.on('disconnect', ended);
      child.send({ source, job, temporary } satisfies ToChild, (error) => {
        // A child that is dead already says so by its exit.
        if (error !== null && child.connected) fail(error);
      });
    });
  } finally {
    silence.end();
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_GRACE_MS);
      await new Promise((resolve) => child.once('exit', resolve));
      clearTimeout(timer);
    }
    children.delete(child);
    removeTemporaryFolder(temporary);
  }
}
