// How the device models of the ladder are called.
import type { RungResult } from '../calibration/ladder/rung-result.ts';

/** A rung without one goes by its name. */
const TITLES: Readonly<Partial<Record<RungResult['model']['rung'], string>>> = {
  roofline: 'Roofline',
  overhead: 'Roofline + launch overhead',
  'kernel-class': 'Per kernel class',
  table: 'Per kernel class + table',
  'layer-table': 'A table per layer',
};

export const rungTitle = (rung: RungResult['model']['rung']): string => TITLES[rung] ?? rung;
