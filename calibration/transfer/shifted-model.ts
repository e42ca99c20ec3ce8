// A prior's kernel model with factors on its classes and tables on top.
import type { ClassCost } from '../ladder/class-cost.ts';
import type { OverheadModel } from '../ladder/overhead.ts';
import { type ResidualTable, smoothAt } from '../ladder/residual-table.ts';
import type { TableModel } from '../ladder/table.ts';
import type { ClassFactors } from './class-factors.ts';

/** Costs of a class that takes `factor` times as long; intervals were the prior's own. */
function scaledCost({ intervals: _, ...cost }: ClassCost, factor: number): ClassCost {
  return {
    ...cost,
    overheadUs: factor * cost.overheadUs,
    usPerMflop: factor * cost.usPerMflop,
    inputUsPerMB: factor * cost.inputUsPerMB,
    outputUsPerMB: factor * cost.outputUsPerMB,
    weightUsPerMB: factor * cost.weightUsPerMB,
    unfoldedUsPerMB: factor * cost.unfoldedUsPerMB,
  };
}

function scaledRoof({ intervals: _, ...roof }: OverheadModel, factor: number): OverheadModel {
  return {
    ...roof,
    computeRateGflops: roof.computeRateGflops / factor,
    bandwidthGBps: roof.bandwidthGBps / factor,
    overheadUs: factor * roof.overheadUs,
  };
}

type Octaves = readonly [number, number];
const union = ([a, b]: Octaves, [c, d]: Octaves): [number, number] => [Math.min(a, c), Math.max(b, d)];
const knotsOf = ([first, last]: Octaves) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Table entries stay within what a profile may hold. */
const MOST_LOG = 20;
const bounded = (log: number) => Math.max(-MOST_LOG, Math.min(MOST_LOG, log));

/** The table that is both added: knots lie at whole octaves, between which and beyond which both are linear and constant. */
export function addedTables(a: ResidualTable, b: ResidualTable): ResidualTable {
  const inputOctaves = union(a.inputOctaves, b.inputOctaves);
  const outputOctaves = union(a.outputOctaves, b.outputOctaves);
  const pixelOctaves = union(a.pixelOctaves, b.pixelOctaves);
  const smooth = knotsOf(inputOctaves).flatMap((i) =>
    knotsOf(outputOctaves).flatMap((o) =>
      knotsOf(pixelOctaves).map((p) => bounded(smoothAt(a, [i, o, p]) + smoothAt(b, [i, o, p]))),
    ),
  );
  const alignment = a.alignment.map((log, i) => bounded(log + (b.alignment[i] as number)));
  return { inputOctaves, outputOctaves, pixelOctaves, smooth, alignment };
}

/** @param residuals by class: log(measured / shifted), as tables */
export function shiftedModel(
  prior: TableModel,
  { common, classes }: ClassFactors,
  residuals: Readonly<Record<string, ResidualTable>> = {},
): TableModel {
  const scaled = Object.entries(prior.base.classes).map(([name, cost]): [string, ClassCost] => [
    name,
    scaledCost(cost, (classes[name] ?? common).factor),
  ]);
  const tables = { ...prior.residuals };
  for (const [name, table] of Object.entries(residuals)) {
    const own = tables[name];
    tables[name] = own === undefined ? table : addedTables(own, table);
  }
  return {
    rung: 'table',
    base: {
      rung: 'kernel-class',
      classes: Object.fromEntries(scaled),
      fallback: scaledRoof(prior.base.fallback, common.factor),
    },
    residuals: tables,
  };
}
