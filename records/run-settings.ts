// One declaration of an experiment's settings, from which its flags, its options and the settings of run.json come.
import { z } from 'zod';
import type { SettingKind } from './setting-kinds.ts';
import { UserError } from './user-error.ts';

/** One setting: its values, the flag that sets it, and whether `run.json` keeps it. */
export interface Setting<T, Recorded extends boolean = boolean> {
  readonly kind: SettingKind<unknown>;
  /** Of the value; null counts where it is the default. */
  readonly schema: z.ZodType<T>;
  /** As in `--epochs <n>`. */
  readonly flag: string;
  readonly description: string;
  /** Null where leaving the flag out stands for something of its own; undefined where the flag is required. */
  readonly default: unknown;
  readonly recorded: Recorded;
}

interface FlagText {
  readonly flag: string;
  readonly description: string;
}

/**
 * A setting that makes a run what it is: `run.json` keeps it, and a resumed run must have the same. Its default is a
 * value, or null for a flag that may be left out; without one the flag is required.
 */
export function setting<T>(
  kind: SettingKind<T>,
  text: FlagText & { readonly default: NoInfer<T> },
): Setting<T, true>;
export function setting<T>(
  kind: SettingKind<T>,
  text: FlagText & { readonly default: null },
): Setting<T | null, true>;
export function setting<T>(
  kind: SettingKind<T>,
  text: FlagText & { readonly default?: never },
): Setting<T, true>;
export function setting<T>(
  kind: SettingKind<T>,
  { flag, description, default: value }: FlagText & { readonly default?: T | null },
): Setting<T | null, true> {
  const schema = value === null ? kind.schema.nullable() : kind.schema;
  return { kind, schema, flag, description, default: value, recorded: true };
}

/**
 * A setting that `run.json` leaves out.
 * @param _because why it may: it does not influence the results, or which facts record what it names
 */
export function unrecorded<T>(_because: string, declared: Setting<T>): Setting<T, false> {
  return { ...declared, recorded: false };
}

export type SettingFields = Readonly<Record<string, Setting<unknown>>>;

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The values of all settings, recorded or not: what a command line gives. */
export type FlagValues<F extends SettingFields> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** The values of the recorded settings: what an experiment's options hold of them. */
export type RecordedValues<F extends SettingFields> = {
  readonly [K in keyof F as F[K] extends Setting<unknown, true> ? K : never]: ValueOf<F[K]>;
};

/** Refuses fields that are not those of `T`, which TypeScript would let pass in a variable. */
type Exactly<Given, T> = Given & { readonly [K in Exclude<keyof Given, keyof T>]: never };

/** The settings of one experiment. */
export interface RunSettings<F extends SettingFields, X extends z.ZodRawShape> {
  /** In the order of the help. */
  readonly fields: F;
  /** Of {@link FlagValues}; fills in defaults. */
  readonly flags: z.ZodType<FlagValues<F>>;
  /** Of the `settings` of `run.json`: facts and recorded settings. */
  readonly recorded: z.ZodType<RecordedValues<F> & z.infer<z.ZodObject<X>>>;
  /** The recorded settings among the flags, as an experiment takes them. */
  pickRecorded(flags: FlagValues<F>): RecordedValues<F>;
  /**
   * The recorded settings as code gives them: those that are left out have the flags' defaults; fields that are none of
   * them are passed over.
   * @throws UserError naming the first that is none of its kind
   */
  complete(given: Partial<RecordedValues<F>>): RecordedValues<F>;
  /**
   * The `settings` of `run.json`. A setting that is missing is a compile error, and so is one that is not declared:
   * take from the options by name what is not a setting, and give the rest.
   */
  record<Given extends RecordedValues<F>>(
    settings: Exactly<Given, RecordedValues<F>>,
    facts: z.infer<z.ZodObject<X>>,
  ): Record<string, unknown>;
}

/** The recorded settings of an experiment, as in `SettingsOf<typeof trainSettings>`. */
export type SettingsOf<S> = S extends RunSettings<infer F, z.ZodRawShape> ? RecordedValues<F> : never;

/** All flags of an experiment, recorded or not, as in `FlagsOf<typeof trainSettings>`. */
export type FlagsOf<S> = S extends RunSettings<infer F, z.ZodRawShape> ? FlagValues<F> : never;

/**
 * Declares the settings of an experiment.
 * @param fields the flags, in the order of the help, by the names that options and `run.json` have
 * @param facts what `run.json` keeps besides: what the run found behind its flags, such as the name of a network
 */
export function defineSettings<const F extends SettingFields, X extends z.ZodRawShape>(
  fields: F,
  facts: X,
): RunSettings<F, X> {
  const flags: Record<string, z.ZodType> = {};
  const recorded: Record<string, z.core.$ZodType> = { ...facts };
  for (const [name, each] of Object.entries(fields)) {
    flags[name] = each.default === undefined ? each.schema : each.schema.default(each.default);
    if (each.recorded) recorded[name] = each.schema;
  }
  const kept = z.object(recorded);
  return {
    fields,
    flags: z.object(flags) as unknown as RunSettings<F, X>['flags'],
    recorded: kept as unknown as RunSettings<F, X>['recorded'],
    pickRecorded: (values) =>
      Object.fromEntries(
        Object.entries(values).filter(([name]) => fields[name]?.recorded === true),
      ) as RecordedValues<F>,
    complete: (given) => completed(fields, given) as RecordedValues<F>,
    record: (settings, found) => kept.parse({ ...found, ...settings }),
  };
}

/**
 * A setting's value as code gives it; undefined is its default.
 * @throws UserError if it is none of the setting's kind
 */
export function valueFromCode<T>(name: string, declared: Setting<T>, value: T | undefined): T {
  const given = value === undefined ? declared.default : value;
  const parsed = declared.schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UserError({
    got: `${name}: ${typeof given === 'number' ? given : (JSON.stringify(given) ?? 'nothing')}`,
    expected: parsed.error.issues[0]?.message ?? 'another value',
    fix: `correct ${name}, or leave it out`,
  });
}

function completed(fields: SettingFields, given: object): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(given));
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, each]) => each.recorded)
      .map(([name, each]) => [name, valueFromCode(name, each, values.get(name))]),
  );
}

/** `--epochs` of `--epochs <n>`, also of `-o, --output <file>`. */
export function flagName({ flag }: Pick<Setting<unknown>, 'flag'>): string {
  return /--[\w-]+/.exec(flag)?.[0] ?? flag;
}

/**
 * The value that a flag's text stands for.
 * @throws UserError if it is none of the setting's kind
 */
export function valueFromText(declared: Setting<unknown>, text: string): unknown {
  const { schema, fromText } = declared.kind;
  const parsed = schema.safeParse(fromText === undefined ? text : fromText(text));
  if (parsed.success) return parsed.data;
  throw new UserError({
    got: `${flagName(declared)} ${text}`,
    expected: parsed.error.issues[0]?.message ?? 'another value',
    fix: 'correct the flag',
  });
}
