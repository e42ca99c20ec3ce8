import { median } from 'simple-statistics';
import { robustSpread } from '../../records/robust-statistics.ts';
import type { Engine } from '../engines/engine.ts';
import type { NetworkCase } from './measure-load.ts';
import { type MeasureOptions, measureNetworks } from './measure-networks.ts';
import { type CaseStatistics, medianStandardError, repeatabilityOf } from './round-statistics.ts';

export interface ReloadedMeasurement {
  /** In the order of the cases; spread is that between loads. */
  readonly networks: readonly (CaseStatistics & { readonly id: string })[];
  /** Of the medians of even and of odd loads. */
  readonly repeatability: number;
}

/**
 * Measures networks several times, loaded anew each time: where an engine's buffers come to lie can make a network
 * slower by a quarter for as long as it is loaded (seen with ONNX Runtime's blocked layout), which no number of rounds
 * shows.
 * @param loads at least 2
 */
export async function measureReloaded(
  engine: Engine,
  cases: readonly NetworkCase[],
  loads: number,
  options: MeasureOptions,
): Promise<ReloadedMeasurement> {
  const times: number[][] = cases.map(() => []);
  const least: number[] = cases.map(() => Number.POSITIVE_INFINITY);
  let rounds = 0;
  for (let load = 0; load < loads; load++) {
    const block = await measureNetworks(engine, cases, { ...options, seed: options.seed + load });
    block.networks.forEach(({ latencyUs, minUs }, index) => {
      times[index]?.push(latencyUs);
      least[index] = Math.min(least[index] as number, minUs);
    });
    rounds += block.networks[0]?.rounds ?? 0;
  }
  const networks = cases.map(({ id }, index) => {
    const loadsUs = times[index] as number[];
    const latencyUs = median(loadsUs);
    const pass = (odd: number) => median(loadsUs.filter((_, load) => load % 2 === odd));
    return {
      id,
      latencyUs,
      spread: robustSpread(loadsUs),
      standardError: medianStandardError(loadsUs),
      minUs: least[index] as number,
      rounds,
      loads,
      passesUs: [pass(0), pass(1)] as const,
    };
  });
  return { networks, repeatability: repeatabilityOf(networks) };
}
