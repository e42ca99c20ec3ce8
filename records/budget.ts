// `morphline.budget.json`, what networks may cost; and what `check --json` gives.
import { z } from 'zod';
import { readJsonFile } from './json-file.ts';
import { parsedJson } from './json-text.ts';
import { nearName } from './near-name.ts';
import { oneLine } from './one-line.ts';
import { UserError } from './user-error.ts';

export const BUDGET_SCHEMA = 'morphline/budget@1';
export const CHECK_SCHEMA = 'morphline/check@1';
/** Where `--out` keeps it. */
export const CHECK_FILE = 'check.json';

/** At the most; null is filled in by `check --update`. */
const atMost = z.number().positive().nullable();

const limits = z.strictObject({
  /** By the device profile, in µs. */
  predicted_latency_us: atMost,
  flops: atMost,
  parameters: atMost,
  /** Of weights and of the tensors alive together, in float32. */
  memory_bytes: atMost,
  /** Of the model file; of a zoo network, as `export` writes it. */
  size_bytes: atMost,
  /** Time over that of the baseline, both measured in one session. */
  measured_latency_ratio: atMost,
});
export const LIMITS = limits.keyof().options;
export type LimitName = (typeof LIMITS)[number];
/** Limits that no device is needed for. */
export type PredictedLimit = Exclude<LimitName, 'measured_latency_ratio'>;

/** What a network is given beside its name: as the flags of the same names. */
const size = {
  widths: z.string().optional(),
  width_multiplier: z.number().positive().optional(),
};

/** Another model, or a file of a commit: the entry's own unless it says which. */
const baseline = z
  .strictObject({ model: z.string().optional(), commit: z.string().optional(), ...size })
  .refine((fields) => Object.keys(fields).length > 0, 'one of model, commit, widths, width_multiplier');
export type Baseline = z.infer<typeof baseline>;

const entry = z.strictObject({
  /** A zoo network, or a model file; files are named from the budget file's folder. */
  model: z.string(),
  /** What results call it. */
  title: z.string().optional(),
  ...size,
  /** Height x width, where a file leaves them open. */
  image: z.string().optional(),
  /** `name=n`, likewise. */
  dim: z.array(z.string()).optional(),
  batch: z.number().int().positive().optional(),
  /** A datasheet device, or a device.json. */
  device: z.string().optional(),
  view: z.enum(['morph-net', 'deployed']).optional(),
  /** What measures where no device profile says it. */
  engine: z.string().optional(),
  threads: z.number().int().positive().optional(),
  baseline: baseline.optional(),
  limits: limits.partial(),
});
export type BudgetEntry = z.infer<typeof entry>;

export const budgetFile = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal(BUDGET_SCHEMA),
  budgets: z.array(entry).nonempty(),
});
export type BudgetFile = z.infer<typeof budgetFile>;

const ADVICE = {
  expected: `a budget file of schema ${BUDGET_SCHEMA}`,
  fix: 'correct the file; docs/check.md has an example',
};

/** Names that an object of the file may have, by its path. */
function namesAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.at(-1) === 'limits') return LIMITS;
  if (path.at(-1) === 'baseline') return baseline.keyof().options;
  return path.length === 2 ? entry.keyof().options : budgetFile.keyof().options;
}

function unknownName(label: string, path: readonly PropertyKey[], key: string): UserError {
  const names = namesAt(path);
  const near = nearName(key, names);
  const isLimit = path.at(-1) === 'limits';
  return new UserError({
    got: `${label} with ${isLimit ? 'limit' : 'field'} '${oneLine(key)}' in ${path.map(String).join('.') || 'it'}`,
    expected: `one of ${names.join(', ')}`,
    fix: near === undefined ? 'correct the name' : `did you mean '${near}'?`,
  });
}

/**
 * @param label the file as messages name it
 * @throws UserError naming what does not fit; of a misspelt name, the one that is near
 */
export function parseBudget(value: unknown, label: string): BudgetFile {
  const parsed = budgetFile.safeParse(value);
  const issue = parsed.error?.issues[0];
  if (issue?.code === 'unrecognized_keys') throw unknownName(label, issue.path, issue.keys[0] as string);
  return parsedJson(value, budgetFile, ADVICE, label);
}

/** @throws UserError for a file that is missing, broken or of another form */
export function readBudget(path: string): BudgetFile {
  const expected = 'a budget file, such as morphline.budget.json';
  const fix = 'name one with --budget-file; docs/check.md has an example';
  return parseBudget(readJsonFile(path, { expected, fix }), path);
}

const outcome = z.object({
  /** Its title, or the model as the file names it. */
  model: z.string(),
  device: z.string().nullable(),
  limit: z.enum(LIMITS),
  got: z.number(),
  at_most: z.number(),
  /** got / at_most − 1. */
  over: z.number(),
  verdict: z.enum(['kept', 'broken', 'inconclusive']),
  /** What a ratio is of; null of what is not measured, as what follows. */
  baseline: z.string().nullable(),
  /** The ratio's 95 % interval, which holds at every look. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  seconds: z.number().nullable(),
  /** Of an inconclusive one: what would decide it. */
  decided_by: z.string().nullable(),
});
export type Outcome = z.infer<typeof outcome>;

export const checkResult = z.object({
  schema: z.literal(CHECK_SCHEMA),
  budget_file: z.string(),
  kept: z.number().int(),
  broken: z.number().int(),
  inconclusive: z.number().int(),
  outcomes: z.array(outcome),
});
export type CheckResult = z.infer<typeof checkResult>;
