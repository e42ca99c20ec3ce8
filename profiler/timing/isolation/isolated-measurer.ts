// A measurer whose every load is a child process of its own.
import { isDeepStrictEqual } from 'node:util';
import type { LoweringRules } from '../../../network/lowering/rules.ts';
import type { EngineDescription } from '../../../records/engine-description.ts';
import { engineChoice } from '../../../records/engine-description.ts';
import { LoadDeath, type Measurer } from '../measurer.ts';
import { type Hello, runInChild } from './child-job.ts';
import type { EngineSource } from './messages.ts';

/** A trial in which processes die this often ends with the reason. */
const TRIAL_ATTEMPTS = 3;

/** `--engine` of the engine that a child found, so that later ones open no other by default. */
function chosen(source: EngineSource, description: EngineDescription): EngineSource {
  return source.engine === undefined && source.module === undefined
    ? { ...source, engine: engineChoice(description) }
    : source;
}

/**
 * Measures in child processes, a fresh one for each load: this process's event loop stays free and its memory flat,
 * and a crash costs the sample that was being taken. The engine is never opened in this process.
 * @throws UserError if the engine is not available
 */
export async function openIsolated(source: EngineSource): Promise<Measurer> {
  let found: { description: EngineDescription; rules: LoweringRules } | undefined;
  /** Never another engine than the first child's. */
  const onHello = ({ description, rules }: Hello) => {
    found ??= { description, rules };
    if (isDeepStrictEqual(found, { description, rules })) return;
    throw new Error(
      `the engine changed in the middle: ${JSON.stringify(found.description)}, then ${JSON.stringify(description)}`,
    );
  };
  await runInChild(source, { kind: 'describe' }, { onHello });
  if (found === undefined) throw new Error('a child process said nothing of its engine');
  const { description, rules } = found;
  const engine = chosen(source, description);
  return {
    description,
    rules,
    async trial(networks, batch) {
      for (let attempt = 1; ; attempt++) {
        try {
          return [...(await runInChild(engine, { kind: 'trial', networks, batch }, { onHello }))];
        } catch (error) {
          if (!(error instanceof LoadDeath) || attempt === TRIAL_ATTEMPTS) throw error;
        }
      }
    },
    measureLoad: (job, listener) => runInChild(engine, { kind: 'load', job }, { ...listener, onHello }),
    start: (started, batch) => runInChild(engine, { kind: 'start', started, batch }, { onHello }),
    close: async () => undefined,
  };
}
