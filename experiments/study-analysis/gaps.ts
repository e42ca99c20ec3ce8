// What FLOPs leave of each device's latency, attributed to layers and to kinds of kernel.
import type { GapAttribution } from '../../records/study-analysis.ts';
import { attributeGap } from './attribution.ts';
import type { LayerTimes } from './layer-times.ts';
import { type Columns, columnOf, MEASURED } from './studied-columns.ts';

/** Parts that are named in each attribution. */
const NAMED_PARTS = 25;

/** Layer times of one device over the first networks of a study. */
export interface DeviceLayerTimes extends LayerTimes {
  /** The device's column. */
  readonly column: string;
}

/**
 * What explains the gap of a device's own prediction and, before it, that of the measured latency where the device is
 * the calibrated one.
 */
export function gapsOf(
  { column, layers, kinds, bounds }: DeviceLayerTimes,
  columns: Columns,
  isCalibrated: boolean,
): GapAttribution[] {
  const { networks } = bounds;
  const flops = columnOf(columns, 'flops').slice(0, networks);
  const latencies = isCalibrated && columns.has(MEASURED) ? [MEASURED, column] : [column];
  return latencies.map((latency) => {
    const latencyUs = columnOf(columns, latency).slice(0, networks);
    const byLayer = attributeGap(flops, latencyUs, layers);
    return {
      column,
      latency,
      networks,
      us_per_mflop: byLayer.usPerMflop,
      intercept_us: byLayer.interceptUs,
      gap_sd_us: byLayer.gapSdUs,
      explained: byLayer.explained,
      layers: byLayer.shares.slice(0, NAMED_PARTS),
      kinds: attributeGap(flops, latencyUs, kinds).shares.slice(0, NAMED_PARTS),
    };
  });
}
