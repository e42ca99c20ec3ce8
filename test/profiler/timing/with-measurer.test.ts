import { expect, test } from 'vitest';
import { withMeasurer } from '../../../profiler/timing/with-measurer.ts';
import '../../support/built.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

test('an engine that is open measures in this process, and stays open', async () => {
  let closed = false;
  const engine = {
    ...scriptedEngine({ kernelUs: () => 10 }),
    close: async () => {
      closed = true;
    },
  };
  const adapter = await withMeasurer({ engine }, async ({ description }) => description.adapter);
  expect(adapter).toBe(engine.description.adapter);
  expect(closed).toBe(false);
});

test('one that is named is opened in processes of its own', async () => {
  const description = await withMeasurer({ engine: 'wasm' }, async (measurer) => measurer.description);
  expect(description).toMatchObject({ engine: 'wasm', threads: 1 });
});

test('one that there is not is refused before anything is done with it', async () => {
  const use = async () => {
    throw new Error('used');
  };
  await expect(withMeasurer({ engine: 'abacus' }, use)).rejects.toThrow("got engine 'abacus'");
  await expect(withMeasurer({ engine: 'wasm', threads: 4096 }, use)).rejects.toThrow('4096');
});
