import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../records/user-error.ts';
import { fuzzTarget } from '../../scripts/fuzz/fuzz-target.ts';
import { target } from '../../scripts/fuzz/target.ts';
import { TARGETS } from '../../scripts/fuzz/targets.ts';
import { temporaryFolder } from '../support/temporary.ts';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();
const RUNS = 500;
/** The same inputs everywhere; FC_SEED=n looks at others, and `node scripts/run.mjs fuzz` at many more. */
const SEED = Number(process.env.FC_SEED ?? 20_261_128);

test.each(Object.entries(TARGETS))(
  '%s: what is broken is refused in one line, what is read is possible',
  async (name, make) => {
    const { accepted, refused } = await fuzzTarget(make, {
      root,
      folder: join(folder, name),
      runs: RUNS,
      seed: SEED,
    });
    expect(accepted + refused).toBe(RUNS);
    // Inputs that are all refused for one reason would test nothing.
    expect(refused).toBeGreaterThan(RUNS / 20);
    if (name !== 'checkpoint') expect(accepted).toBeGreaterThan(0);
  },
  // A refit is a whole fit.
  400_000,
);

/** A target of numbers that does with each what it likes. */
const numbers = (read: (value: number) => void) => () =>
  target({ name: 'numbers', inputs: fc.nat(99), read });

test('a crash, and a message that is no line, are findings', async () => {
  const options = { root, folder, runs: 200, seed: 1 };
  const refusing = numbers((value) => {
    if (value > 50) throw new UserError({ got: String(value), expected: 'less', fix: 'lower it' });
  });
  const { accepted, refused } = await fuzzTarget(refusing, options);
  expect(accepted).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
  const crashing = numbers((value) => {
    if (value > 50) throw new TypeError('undefined is not a function');
  });
  await expect(fuzzTarget(crashing, options)).rejects.toThrow('undefined is not a function');
});
