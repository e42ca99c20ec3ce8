import { expect, test } from 'vitest';
import { type Aim, nextBudget, reachBudgets } from '../../../experiments/sweep/reach-budgets.ts';
import type { Network } from '../../../network/network.ts';
import type { BlockMeasurement } from '../../../profiler/timing/measure-networks.ts';

const NEAR = { tolerance: 0.03, isExact: false };

const network = (name: string): Network => ({ name, layers: [], outputs: [] });

/** Widths are budgets in µs; a network's measured latency is a law of its own. */
const aim = (id: string, share: number): Aim<number> => ({
  id,
  share,
  seedCost: 1000,
  choose: (budget) => budget,
  networkOf: (chosen) => network(String(chosen)),
});

function machine(latencyUs: (predictedUs: number) => number) {
  const sessions: string[][] = [];
  const measure = async (networks: ReadonlyMap<string, Network>): Promise<BlockMeasurement> => {
    sessions.push([...networks.keys()]);
    const measured = [...networks].map(([id, { name }]) => ({
      id,
      latencyUs: id === 'seed' ? 2000 : latencyUs(Number(name)),
      standardError: 0.01,
    }));
    return { networks: measured } as unknown as BlockMeasurement;
  };
  return { measure, sessions };
}

test('a prediction that is off by a factor is right at the second choice', async () => {
  // The seed network takes 2000 µs, predicted 1000; of others the prediction is 20 % short beyond that.
  const { measure, sessions } = machine((us) => 2.4 * us);
  const [half] = await reachBudgets(network('seed'), [aim('half', 0.5)], NEAR, measure);
  expect(half?.chosen).toBeCloseTo(500 / 1.2, 9);
  expect((half?.latencyUs as number) / (half?.seedUs as number)).toBeCloseTo(0.5, 9);
  expect(sessions).toEqual([
    ['seed', 'half'],
    ['seed', 'half'],
  ]);
});

test('only what is off is chosen again, and the nearest try counts', async () => {
  // Steps of 200 µs: 0.5 is met at once, 0.33 never.
  const { measure, sessions } = machine((us) => 200 * Math.round((2 * us) / 200));
  const [half, third] = await reachBudgets(
    network('seed'),
    [aim('half', 0.5), aim('third', 0.33)],
    NEAR,
    measure,
  );
  expect(half?.latencyUs).toBe(1000);
  expect(third?.latencyUs).toBe(600);
  expect(sessions[0]).toEqual(['seed', 'half', 'third']);
  expect(sessions.slice(1).every((ids) => !ids.includes('half'))).toBe(true);
  expect(sessions).toHaveLength(6);
});

test('a budget is corrected by what was measured, and lies between tries on both sides', () => {
  expect(nextBudget([{ budget: 500, share: 0.6 }], 0.5)).toBeCloseTo(416.667, 3);
  // Half of the way, in logarithms, from 0.4 to 0.625: √(300 · 500).
  const both = [
    { budget: 500, share: 0.625 },
    { budget: 300, share: 0.4 },
  ];
  expect(nextBudget(both, 0.5)).toBeCloseTo(Math.sqrt(300 * 500), 9);
  // Not nearer to either than 15 % of the way.
  expect(nextBudget(both, 0.4001)).toBeCloseTo(300 * (5 / 3) ** 0.15, 9);
});

test('a budget that is known beforehand is met by the first choice, whatever it was measured to take', async () => {
  const { measure, sessions } = machine((us) => 4 * us);
  const [half] = await reachBudgets(
    network('seed'),
    [aim('half', 0.5)],
    { tolerance: 0.03, isExact: true },
    measure,
  );
  expect(half?.chosen).toBe(500);
  expect(half?.latencyUs).toBe(2000);
  expect(sessions).toHaveLength(1);
});
