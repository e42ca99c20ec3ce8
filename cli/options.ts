import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import { isModelFile, openModelFile } from '../network/model-file.ts';
import type { Network } from '../network/network.ts';
import type { Weights } from '../network/weights.ts';
import { MAX_WIDTH_MULTIPLIER, multiplyWidths } from '../network/width-multiplier.ts';
import { groupWidths, resizeNetwork } from '../network/widths.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import { parsedJson, readJsonFile } from '../records/json-file.ts';
import { UserError } from '../records/user-error.ts';

/** Flags that every command spells the same way. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

function integerParser(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new UserError({
      got: `--${name} ${text}`,
      expected: `an integer of at least ${least}`,
      fix: 'correct the flag',
    });
  };
}

/** Parses a number above 0. */
export function positiveNumber(name: string, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isFinite(value) && value > 0 && value <= most) return value;
    throw new UserError({
      got: `--${name} ${text}`,
      expected: `a number above 0${Number.isFinite(most) ? `, at most ${most}` : ''}`,
      fix: 'correct the flag',
    });
  };
}

/** An integer flag with a lower bound. */
export function integerOption(flags: string, description: string, least: number): Option {
  const name = /--([\w-]+)/.exec(flags)?.[1] ?? flags;
  return new Option(flags, description).argParser(integerParser(name, least));
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `90s`, `3m`, `1h`, or plain seconds. */
export function parseDurationSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text);
  const value = Number(match?.[1]) * (UNITS[match?.[2] ?? 's'] ?? Number.NaN);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UserError({
    got: `duration '${text}'`,
    expected: 'a time such as 90s, 3m or 1h',
    fix: 'correct the flag',
  });
}

export function engineOption(): Option {
  return new Option(
    '--engine <name>',
    'tensorflow, webgpu, wasm, onnxruntime or onnxruntime:webgpu (default: the best one here)',
  );
}

export function threadsOption(): Option {
  return integerOption(
    '--threads <n>',
    `CPU threads of the engine, of ${availableParallelism()} here`,
    1,
  ).default(1);
}

export function seedOption(): Option {
  return integerOption('--seed <n>', 'seed of everything random', 0).default(1);
}

export function batchOption(): Option {
  return integerOption('--batch <n>', 'examples per inference', 1).default(1);
}

/** A network by its zoo name, or from a model file, with its weights unless that has the architecture alone. */
export function openModel(model: string): { network: Network; weights?: Weights } {
  return isModelFile(model) ? openModelFile(model) : { network: zooNetwork(model) };
}

/** A zoo name or a model file. Throws a UserError that lists the names, or says what is wrong with the file. */
export function openNetwork(model: string): Network {
  return openModel(model).network;
}

/** Flags that give a network other widths: one of them, or neither. */
export interface WidthFlags {
  readonly widths?: string;
  readonly widthMultiplier?: number;
}

export function widthsOption(): Option {
  return new Option('--widths <file>', '{ "layer name": width, … }, missing ones full');
}

export function widthMultiplierOption(): Option {
  return new Option('--width-multiplier <x>', 'every width times x, above or below 1').argParser(
    positiveNumber('width-multiplier', MAX_WIDTH_MULTIPLIER),
  );
}

const widthsSchema = z.record(z.string(), z.number());

/**
 * Group widths of `{ "layer name": width, … }`.
 * @param label where it is from, as messages name it
 * @throws UserError if it is something else or does not fit the network
 */
export function widthsFromJson(plan: ChannelPlan, value: unknown, label: string): Int32Array {
  const advice = { expected: '{ "layer name": width, … }', fix: 'correct the file' };
  const parsed = parsedJson(value, widthsSchema, advice, label);
  try {
    return groupWidths(plan, parsed);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError({ got: `${label}: ${error.got}`, expected: error.expected, fix: error.fix });
  }
}

function widthsFromFile(plan: ChannelPlan, path: string): Int32Array {
  const label = `--widths ${path}`;
  const advice = { expected: 'a JSON file { "layer name": width, … }', fix: 'correct the path or the file' };
  return widthsFromJson(plan, readJsonFile(path, advice, label), label);
}

/** A command about one network: its argument, and the flags that give it other widths and a batch size. */
export function modelCommand(
  program: Command,
  { name, description, widths = widthsOption() }: { name: string; description: string; widths?: Option },
): Command {
  return program
    .command(name)
    .argument('<model>', 'zoo network or model file')
    .description(description)
    .addOption(widths)
    .addOption(widthMultiplierOption())
    .addOption(batchOption());
}

/**
 * Channels of a network and the group widths that its flags give it; full widths without them. At a width multiplier
 * the plan is that of the narrower or wider network.
 * @throws UserError for both flags, a missing file, broken JSON, or widths that do not fit the network
 */
export function sizedPlan(
  network: Network,
  { widths: path, widthMultiplier }: WidthFlags,
): { plan: ChannelPlan; widths: Int32Array } {
  if (path !== undefined && widthMultiplier !== undefined) {
    throw new UserError({
      got: `--widths ${path} and --width-multiplier ${widthMultiplier}`,
      expected: 'one of them',
      fix: 'leave the other out',
    });
  }
  const full = planChannels(network);
  if (path !== undefined) return { plan: full, widths: widthsFromFile(full, path) };
  const plan =
    widthMultiplier === undefined
      ? full
      : planChannels(resizeNetwork(full, multiplyWidths(full, widthMultiplier)));
  return { plan, widths: plan.fullWidths };
}
