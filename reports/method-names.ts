// How the methods of a sweep are called on a page, and the colour of each.
import type { Contender } from '../experiments/sweep/sweep-comparison.ts';
import { colour, type Role } from './palette.ts';

const METHODS: Readonly<Record<string, { readonly title: string; readonly colour: Role }>> = {
  'width-multiplier': { title: 'width multiplier', colour: 'grey' },
  slimming: { title: 'slimming', colour: 'gold' },
  knapsack: { title: 'knapsack', colour: 'violet' },
  flops: { title: 'MorphNet FLOPs', colour: 'orange' },
  'model-size': { title: 'MorphNet size', colour: 'gold' },
  datasheet: { title: 'MorphNet datasheet', colour: 'teal' },
  latency: { title: 'MorphNet latency', colour: 'blue' },
};

/** MorphNet's methods come in forms, the others do not. */
export const isMorphNet = (method: string) => methodTitle(method).startsWith('MorphNet');

export function methodTitle(method: string): string {
  return METHODS[method]?.title ?? method;
}

/** Titles with their colours, for a chart's scale. */
export function methodScale(methods: readonly string[]): { domain: string[]; range: string[] } {
  const all = [...new Set(methods)];
  return {
    domain: all.map(methodTitle),
    range: all.map((method) => colour(METHODS[method]?.colour ?? 'ink')),
  };
}

const FORMS: Readonly<Record<string, string>> = {
  shrunk: 'shrunk',
  expanded: 'expanded',
  twice: 'expanded twice',
};

/** "MorphNet FLOPs, expanded". */
export function contenderTitle({ method, form }: Contender): string {
  return isMorphNet(method) ? `${methodTitle(method)}, ${FORMS[form] ?? form}` : methodTitle(method);
}
