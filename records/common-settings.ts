// Settings that several experiments declare alike, and so spell the same way on the command line.
import { availableParallelism } from 'node:os';
import { setting, unrecorded } from './run-settings.ts';
import { integer, toggle, word, words } from './setting-kinds.ts';

export const seed = setting(integer(0), {
  flag: '--seed <n>',
  description: 'seed of everything random',
  default: 1,
});

/** Beyond any that is of use. */
export const MOST_BATCH = 65_536;
export const MOST_THREADS = 4096;

export const batch = setting(integer(1, MOST_BATCH), {
  flag: '--batch <n>',
  description: 'examples per inference',
  default: 1,
});

/**
 * Null for the best one here: the engine that was opened is what a run records.
 * @param choices what it takes, as help lists them
 */
export const engine = (choices: readonly string[]) =>
  unrecorded(
    'the engine that it opens is a fact, or in the context',
    setting(word(), {
      flag: '--engine <name>',
      description: `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)} (default: the best one here)`,
      default: null,
    }),
  );

export const threads = unrecorded(
  "the engine's own number of threads is a fact, or in the context",
  setting(integer(1, MOST_THREADS), {
    flag: '--threads <n>',
    description: `CPU threads of the engine, of ${availableParallelism()} here`,
    default: 1,
  }),
);

/** Of images whose height and width a model file leaves open. */
export const image = unrecorded(
  "part of the network's own name, which is a fact",
  setting(word(), {
    flag: '--image <HxW>',
    description: 'height and width of images, where a model file leaves them open',
    default: null,
  }),
);

export const dim = unrecorded(
  "part of the network's own name, which is a fact",
  setting(words(), {
    flag: '--dim <name=n...>',
    description: 'sizes of named dimensions that a model file leaves open',
    default: null,
  }),
);

/** @param folder where results go by default */
export const outTo = (folder: string) =>
  unrecorded(
    'the folder that holds run.json',
    setting(word(), { flag: '--out <dir>', description: 'folder of the results', default: folder }),
  );

export const json = unrecorded(
  'how results are printed',
  setting(toggle(), { flag: '--json', description: 'machine-readable output', default: false }),
);

export const quiet = unrecorded(
  'how progress is printed',
  setting(toggle(), { flag: '--quiet', description: 'no progress', default: false }),
);
