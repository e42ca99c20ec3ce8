// The device profile, device.json: its schema, how it is parsed, and opening a device by name or path.
import { z } from 'zod';
import { rulesNamed } from '../network/lowering/rules.ts';
import { engineDescription } from '../records/engine-description.ts';
import { errorMetrics } from '../records/error-metrics.ts';
import { jsonOf } from '../records/json-file.ts';
import { machineDescription } from '../records/machine-description.ts';
import { readText } from '../records/read-bytes.ts';
import { UserError } from '../records/user-error.ts';
import { DATASHEET_DEVICES, datasheetDevice } from './datasheet-devices.ts';
import { RUNGS } from './ladder/ladder.ts';
import { roofIntervals } from './ladder/roof.ts';
import { type RungResult, rungResult } from './ladder/rung-result.ts';
import { smoothing } from './slopes/smoothing-gap.ts';

export const DEVICE_SCHEMA = 'morphline/device@1';

const range = z
  .tuple([z.number().nonnegative(), z.number().nonnegative()])
  .refine(([least, most]) => least <= most, 'expected the least before the most');
const count = z.int().nonnegative();

/** Ranges of the shapes that a kernel class was sampled at. */
const classDomain = z.object({
  samples: count,
  inputChannels: range,
  outputChannels: range,
  outputPixels: range,
});

const otherFamily = errorMetrics.extend({
  /** Predicted / measured − 1 of the full network; null where it could not be measured. */
  full: z.number().nullable(),
  /** Kernel classes of its networks that the profile never saw, predicted by its roofline. */
  unseenClasses: z.array(z.string()),
});
export type OtherFamily = z.infer<typeof otherFamily>;

const validation = errorMetrics.extend({
  /** Mean of |pass 2 / pass 1 − 1| of the same networks: two halves of a session against each other. */
  repeatability: z.number().nonnegative(),
  /**
   * Mean error that a perfect model would show against these measurements. Null where they lack standard errors, and not
   * in profiles of earlier versions.
   */
  noise: z.number().nonnegative().nullable().optional(),
  /** The model's own mean error: √(mape² − noise²), with its 95 % interval; as `noise`. */
  mape_without_noise: z
    .object({
      value: z.number().nonnegative(),
      low: z.number().nonnegative(),
      high: z.number().nonnegative(),
    })
    .nullable()
    .optional(),
  /** Noise at most 1.5 %; where it is not known, repeatability at most 4 %. */
  valid: z.boolean(),
  /** Per sampling law. */
  laws: z.record(z.string(), errorMetrics),
  /** On families that nothing was fitted to, by name; where that was asked for. */
  others: z.record(z.string(), otherFamily).optional(),
  /** Mean absolute percentage errors of the baselines, each scaled to fit. */
  baselines: z.object({
    flops: z.number().nonnegative(),
    p100: z.number().nonnegative(),
    v100: z.number().nonnegative(),
  }),
});
export type Validation = z.infer<typeof validation>;

/** `device.json`: what calibration writes. Fractions are fractions, times µs, rates GFLOP/s and GB/s. */
export const deviceProfile = z.object({
  schema: z.literal(DEVICE_SCHEMA),
  name: z.string(),
  engine: engineDescription,
  machine: machineDescription,
  measuredAt: z.string(),
  settings: z.object({
    networks: z.array(z.string()),
    batch: z.int().positive(),
    seed: count,
    budgetSeconds: z.number().nonnegative(),
    /** A table of one network's own kernels over a grid of its widths. */
    table: z.boolean().optional(),
    /** Its networks were measured in 8 bits, and so are networks predicted that say nothing of their types. */
    int8: z.boolean().optional(),
    /** Families that it was validated on beside its own. */
    validate: z.array(z.string()).optional(),
    samples: z.object({ fit: count, choose: count, report: count, probe: count }),
    rounds: count,
  }),
  /**
   * Median latency of the first network at width multiplier 0.5, re-timed all along: by it a later session sees how much
   * faster or slower the machine has become. Not in profiles of earlier versions.
   */
  sentinelUs: z.number().positive().optional(),
  /**
   * Time of the pacer at the speed that this profile holds at, and the power of it that times were divided by; null where
   * times are raw. Not in profiles of earlier versions.
   */
  pacer: z
    .object({ referenceUs: z.number().positive(), exponent: z.number().min(0).max(1) })
    .nullable()
    .optional(),
  /** The fitted roofline: of all kernels, in situ. */
  roofline: z.object({
    computeRateGflops: z.number().positive(),
    bandwidthGBps: z.number().positive(),
    overheadUs: z.number().nonnegative(),
    /** Not in profiles of earlier versions. */
    intervals: roofIntervals.optional(),
  }),
  rungs: z.array(rungResult).nonempty(),
  /** The rung that predictions use. */
  chosen: z.enum(RUNGS),
  reason: z.string(),
  domain: z.record(z.string(), classDomain),
  validation,
  /**
   * What the engine ran otherwise than the lowering foresees, which nothing was fitted to: its share of all recorded
   * kernel time, and of that by the engine's own names of ops. Not in profiles of earlier versions, or where nothing was.
   */
  unforeseen: z
    .object({ share: z.number().nonnegative(), ops: z.record(z.string(), z.number().nonnegative()) })
    .optional(),
  /** How far training's slopes' potential lies from the predictions. Not in profiles of earlier versions. */
  smoothing: smoothing.optional(),
});
/** A `device.json`. Fractions are fractions, times µs, rates GFLOP/s and GB/s. */
export type DeviceProfile = z.infer<typeof deviceProfile>;

/** The rung that a profile predicts with. */
export function chosenRung(profile: DeviceProfile): RungResult {
  const rung = profile.rungs.find(({ model }) => model.rung === profile.chosen);
  if (rung === undefined)
    throw new Error(`profile ${profile.name} chose a rung it does not hold: ${profile.chosen}`);
  return rung;
}

/**
 * Parses a device profile.
 * @param path where it came from, for messages
 * @throws UserError for broken JSON, another schema version, or a field that does not fit
 */
export function parseDeviceProfile(text: string, path: string): DeviceProfile {
  let value: unknown;
  try {
    value = jsonOf(text);
  } catch (error) {
    throw new UserError({
      got: `${path}, which is not JSON (${error instanceof Error ? error.message : error})`,
      expected: 'a device profile as `morphline calibrate` writes it',
      fix: 'calibrate again or restore the file',
    });
  }
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (schema !== DEVICE_SCHEMA) {
    throw new UserError({
      got: `${path} with schema ${JSON.stringify(schema) ?? 'missing'}`,
      expected: `"${DEVICE_SCHEMA}"`,
      fix: 'calibrate again with this version of morphline',
    });
  }
  const fail = (got: string): never => {
    throw new UserError({
      got: `${path} with ${got}`,
      expected: `a device profile of schema ${DEVICE_SCHEMA}`,
      fix: 'calibrate again or restore the file',
    });
  };
  const parsed = deviceProfile.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { rungs, chosen, engine } = parsed.data;
  if (!rungs.some(({ model }) => model.rung === chosen))
    return fail(`chosen: '${chosen}', of which it holds no model`);
  if (!isRules(engine.rules))
    return fail(`engine.rules: '${engine.rules}', which this version does not have`);
  return parsed.data;
}

/** Whether this version has lowering rules of that name. */
export function isRules(name: string): boolean {
  try {
    rulesNamed(name);
    return true;
  } catch {
    return false;
  }
}

/** What latencies are predicted on: a datasheet, or a profile that was measured. */
export type Device =
  | { readonly kind: 'datasheet'; readonly name: string; readonly device: (typeof DATASHEET_DEVICES)[number] }
  | { readonly kind: 'measured'; readonly name: string; readonly profile: DeviceProfile };

/**
 * A datasheet device by name, or a measured profile by path.
 * @throws UserError if it is neither
 */
export function openDevice(nameOrPath: string): Device {
  const device = datasheetDevice(nameOrPath);
  if (device !== undefined) return { kind: 'datasheet', name: nameOrPath, device };
  let text: string;
  try {
    text = readText(nameOrPath);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      got: `device '${nameOrPath}'`,
      expected: `${DATASHEET_DEVICES.map(({ name }) => name).join(', ')} or the path of a device profile`,
      fix: 'correct it, or make a profile with `morphline calibrate`',
    });
  }
  const profile = parseDeviceProfile(text, nameOrPath);
  return { kind: 'measured', name: profile.name, profile };
}
