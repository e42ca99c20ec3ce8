// Measured networks with their predictions, and a colour for each sampling law.
import type { NetworkRecord } from '../../records/measurements.ts';
import { colour, seriesColour } from '../palette.ts';

/** A measured network and its prediction, in µs. */
export interface PredictedNetwork {
  readonly measured: number;
  readonly predicted: number;
  /** Which device model predicted it. */
  readonly rung: string;
  readonly law: string;
  /** Of measured, as a fraction; null in sessions of earlier versions. */
  readonly standardError: number | null;
  /** Never used for the fit, nor for choosing the rung. */
  readonly heldOut: boolean;
}

/** Networks that have both latencies; probes have no prediction. */
export function predictedNetworks(
  networks: readonly NetworkRecord[],
  predictedUs: readonly (number | null)[],
  rung: string,
): PredictedNetwork[] {
  return networks.flatMap(({ latency_us, law, role, standard_error }, i) => {
    const predicted = predictedUs[i];
    if (predicted === null || predicted === undefined || !(predicted > 0 && latency_us > 0)) return [];
    const standardError = standard_error ?? null;
    return [{ measured: latency_us, predicted, rung, law, standardError, heldOut: role === 'report' }];
  });
}

/** The device model whose predictions a chart shows: that of the first network, until a figure's control sets another. */
export function rungParameter(networks: readonly PredictedNetwork[]) {
  return { name: 'rung', value: networks[0]?.rung ?? '' };
}

/** Leaves out what other models predict. */
export const OF_RUNG = { filter: 'datum.rung === rung' } as const;

/** Name of those that are not held out, in legend and colour scale. */
export const FITTED = 'fitted';

/** Sampling laws of held-out networks by name, and their colours; the fitted ones last, in grey. */
export function networkColours(networks: readonly PredictedNetwork[]): { name: string; colour: string }[] {
  const laws = new Set(networks.filter(({ heldOut }) => heldOut).map(({ law }) => law));
  const entries = [...laws].sort().map((name, i) => ({ name, colour: seriesColour(i) }));
  if (networks.every(({ heldOut }) => heldOut)) return entries;
  return [...entries, { name: FITTED, colour: colour('grey') }];
}
