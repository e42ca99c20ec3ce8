// The values of a network that limits are set to and that no device is needed for.
import type { Device } from '../../calibration/device-profile.ts';
import { openDevice } from '../../calibration/open-device.ts';
import {
  defaultView,
  latencyPredictor,
  type PredictionSummary,
  type View,
} from '../../calibration/predict.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { peakMemoryBytes } from '../../network/peak-memory.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { PredictedLimit } from '../../records/budget.ts';
import { oneLine } from '../../records/one-line.ts';
import { UserError } from '../../records/user-error.ts';

/** A network at its widths, and by what it is costed. */
export interface Costed {
  readonly plan: ChannelPlan;
  readonly widths: Int32Array;
  readonly batch: number;
  readonly device: Device | null;
  readonly view: View | null;
  /** Of the files that it is in, or of the one that it would be exported to; null where no limit asks for it. */
  readonly sizeBytes: number | null;
}

/** FLOPs and weights without a device are those of the kernels that tfjs would run, whatever the rates. */
const ANY_DEVICE = 'p100';

function summaryOf({ plan, widths, batch, device, view }: Costed): PredictionSummary {
  const by = device ?? openDevice(ANY_DEVICE);
  const counted = view ?? (device === null ? 'deployed' : defaultView(by));
  return latencyPredictor(plan, by, { batch, view: counted }).summary(widths);
}

/**
 * Values by limit, each computed when it is first asked for; the same for the same network, device and version.
 * @param title the entry as messages name it
 */
export function predictedValues(costed: Costed, title: string): (limit: PredictedLimit) => number {
  let summary: PredictionSummary | undefined;
  const predicted = () => {
    summary ??= summaryOf(costed);
    return summary;
  };
  return (limit) => {
    switch (limit) {
      case 'predicted_latency_us':
        if (costed.device !== null) return predicted().latencyUs;
        throw new UserError({
          got: `limit predicted_latency_us of ${oneLine(title)} without a device`,
          expected: 'a datasheet device or the path of a device.json',
          fix: 'add "device": "p100" to the entry, or calibrate one',
        });
      case 'flops':
        return predicted().flops;
      case 'parameters':
        return predicted().parameters;
      case 'memory_bytes':
        return peakMemoryBytes(resizeNetwork(costed.plan, costed.widths), costed.batch);
      case 'size_bytes':
        if (costed.sizeBytes !== null) return costed.sizeBytes;
        throw new Error(`nobody asked for the size of ${title}`);
      default:
        return limit satisfies never;
    }
  };
}
