import fc from 'fast-check';

/** Property tests draw the same cases everywhere; FC_SEED=n looks at others. */
const DEFAULT_SEED = 20_261_122;

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? DEFAULT_SEED) });
