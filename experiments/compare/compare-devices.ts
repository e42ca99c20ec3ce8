// One network on two devices, as their profiles predict it: which is faster, and how surely by the profiles' own errors.
import { cumulativeStdNormalProbability } from 'simple-statistics';
import type { Device } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { DEVICE_COMPARISON_SCHEMA, type DeviceComparison } from '../../records/device-comparison.ts';

/** Mean absolute error of a normal distribution over its standard deviation: √(2/π). */
const MEAN_OVER_DEVIATION = Math.sqrt(2 / Math.PI);
/** Standard deviations of a 95 % interval. */
const TWO_SIDED_95 = 1.96;

/** Standard deviation of a prediction, as a fraction: by its validation, without the noise of that; null of a datasheet. */
function deviationOf(device: Device): number | null {
  if (device.kind === 'datasheet') return null;
  const { mape, mape_without_noise: without } = device.profile.validation;
  return (without?.value ?? mape) / MEAN_OVER_DEVIATION;
}

/**
 * Compares what two devices are predicted to take. The interval is of two independent predictions' errors; a datasheet
 * states none, so that nothing is known of how sure it is.
 */
export function compareDevices(
  { name, network }: { readonly name: string; readonly network: Network },
  a: Device,
  b: Device,
  batch = 1,
): DeviceComparison {
  const plan = planChannels(network);
  const us = (device: Device) =>
    latencyPredictor(plan, device, { batch, view: 'deployed' }).latencyUs(plan.fullWidths);
  const [aUs, bUs] = [us(a), us(b)];
  const ratio = bUs / aUs;
  const [ofA, ofB] = [deviationOf(a), deviationOf(b)];
  const deviation = ofA === null || ofB === null ? null : Math.hypot(ofA, ofB);
  const factor = deviation === null ? null : Math.exp(TWO_SIDED_95 * deviation);
  const isTold = factor !== null && (ratio * factor < 1 || ratio / factor > 1);
  return {
    schema: DEVICE_COMPARISON_SCHEMA,
    basis: 'predicted',
    network: name,
    batch,
    a: { name: a.name, latency_us: aUs },
    b: { name: b.name, latency_us: bUs },
    ratio,
    low: factor === null ? null : ratio / factor,
    high: factor === null ? null : ratio * factor,
    p_b_faster:
      deviation === null || deviation === 0
        ? null
        : cumulativeStdNormalProbability(-Math.log(ratio) / deviation),
    conclusive: isTold,
    verdict: isTold ? (ratio < 1 ? 'b-faster' : 'b-slower') : 'inconclusive',
  };
}
