// What a child process runs: opens an engine, does the one job that it is sent, tells what it finds, exits.
import { rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { asUserError } from '../../../records/system-error.ts';
import type { Engine, EngineAdapter } from '../../engines/engine.ts';
import { openEngine } from '../../engines/registry.ts';
import { measureLoad } from '../measure-load.ts';
import { tryNetworks } from '../measurer.ts';
import { anotherRound } from '../round-policy.ts';
import { startNetwork } from '../start-network.ts';
import type { EngineSource, FromChild, Job, JobResults, ThrownMessage, ToChild } from './messages.ts';

/** Resolves once the message has left this process, so that a crash cannot take it along. */
function tell(message: FromChild): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined)
      throw new Error('started without a channel: this is no program of its own');
    process.send(message, undefined, undefined, (error) => (error === null ? resolve() : reject(error)));
  });
}

async function open({ engine, threads, module }: EngineSource): Promise<Engine> {
  if (module === undefined) return openEngine(engine, { threads });
  const { default: adapter } = (await import(module)) as { default: EngineAdapter };
  return adapter.open({ threads });
}

async function done(engine: Engine, job: Job): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'describe':
      return null;
    case 'trial':
      return tryNetworks(engine, job.networks, job.batch);
    case 'start':
      return startNetwork(engine, job.started, job.batch);
    case 'load': {
      const { policy, ...load } = job.job;
      return measureLoad(engine, load, {
        another: (state) => anotherRound(policy, state, Date.now()),
        async onStage(stage) {
          await tell({ kind: 'stage', stage });
          // A turn of the event loop, untimed: a parent that is gone is noticed between two samples.
          await setImmediate();
        },
        onSample(sample) {
          // Without a parent this process ends, by its disconnect.
          tell({ kind: 'sample', sample }).catch(() => undefined);
        },
      });
    }
    default:
      return job satisfies never;
  }
}

function thrown(error: unknown): ThrownMessage {
  const theirs = asUserError(error);
  if (theirs !== null) {
    const { got, expected, fix } = theirs;
    return { user: { got, expected, fix } };
  }
  if (error instanceof Error)
    return { user: null, message: error.message, stack: error.stack ?? error.message };
  return { user: null, message: String(error), stack: String(error) };
}

async function work({ source, job }: ToChild): Promise<void> {
  try {
    const engine = await open(source);
    await tell({ kind: 'hello', description: engine.description, rules: engine.rules });
    await tell({ kind: 'result', result: await done(engine, job) });
    await engine.close();
  } catch (error) {
    await tell({ kind: 'thrown', error: thrown(error) });
  }
  process.exit(0);
}

// Ctrl-C reaches every process of the terminal: the parent decides what becomes of it.
process.on('SIGINT', () => undefined);
// Without a parent there is nobody to tell.
let temporary: string | undefined;
process.on('disconnect', () => {
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  process.exit(1);
});
process.once('message', (message) => {
  const wanted = message as ToChild;
  temporary = wanted.temporary;
  void work(wanted);
});
