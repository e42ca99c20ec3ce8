import { describe, expect, test } from 'vitest';
import { compareNetworks } from '../../../experiments/compare/compare-networks.ts';
import { NetworkBuilder } from '../../../network/builder.ts';
import type { Network } from '../../../network/network.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

function network(name: string, filters: number): Network {
  const builder = new NetworkBuilder(name);
  const conv = builder.conv('conv', builder.input(16, 16, 3), filters, 3);
  return builder.build(builder.dense('logits', builder.simple('global-avg-pool', 'pool', conv), 4));
}

/** Two networks on an engine whose time is FLOPs. */
const options = (filters: number, budgetSeconds: number) => ({
  measurer: inProcess(scriptedEngine({ kernelUs: (kernel) => 50 + kernel.flops / 1e3 })),
  a: { name: 'a', network: network('a', 16) },
  b: { name: 'b', network: network('b', filters) },
  batch: 1,
  seed: 1,
  precision: 0.01,
  budgetSeconds,
});

describe('two networks', () => {
  test('are compared until their ratio is known', async () => {
    const result = await compareNetworks(options(8, 600));
    expect(result.verdict).toBe('b-faster');
    expect(result.conclusive).toBe(true);
    expect(result.ratio).toBeCloseTo(result.b.latency_us / result.a.latency_us, 6);
    expect(result.ratio).toBeLessThan(0.8);
    expect(result.loads).toBe(6);
    expect(result.seconds).toBeLessThan(60);
  });

  test('that are equal are found the same', async () => {
    expect(await compareNetworks(options(16, 600))).toMatchObject({ verdict: 'same', ratio: 1 });
  });

  test('are left open where the budget ends first', async () => {
    const result = await compareNetworks(options(8, 1e-9));
    expect(result).toMatchObject({ verdict: 'inconclusive', conclusive: false, loads: 2 });
    expect(result.low).toBeNull();
  });
});
