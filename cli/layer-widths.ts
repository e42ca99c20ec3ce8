// `{ "layer name": width, … }` as users write it, to the group widths of a network.
import { z } from 'zod';
import type { ChannelPlan } from '../network/channel-plan.ts';
import { groupWidths } from '../network/widths.ts';
import { readJsonFile } from '../records/json-file.ts';
import { parsedJson } from '../records/json-text.ts';
import { UserError } from '../records/user-error.ts';

const layerWidths = z.record(z.string(), z.number());

/**
 * Group widths of `{ "layer name": width, … }`.
 * @param label where it is from, as messages name it
 * @throws UserError if it is something else or does not fit the network
 */
export function widthsFromJson(plan: ChannelPlan, value: unknown, label: string): Int32Array {
  const advice = { expected: '{ "layer name": width, … }', fix: 'correct the file' };
  const parsed = parsedJson(value, layerWidths, advice, label);
  try {
    return groupWidths(plan, parsed);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError({ got: `${label}: ${error.got}`, expected: error.expected, fix: error.fix });
  }
}

/** @throws UserError for a missing file, broken JSON, or widths that do not fit the network */
export function widthsFromFile(plan: ChannelPlan, path: string): Int32Array {
  const label = `--widths ${path}`;
  const advice = { expected: 'a JSON file { "layer name": width, … }', fix: 'correct the path or the file' };
  return widthsFromJson(plan, readJsonFile(path, advice, label), label);
}
