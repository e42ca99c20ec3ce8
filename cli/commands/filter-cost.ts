// `morphline filter-cost`: its flags.
import type { Command } from 'commander';
import type { FilterCostFlags } from '../actions/filter-cost.ts';
import { modelCommand } from '../options.ts';

export function filterCostCommand(program: Command): void {
  modelCommand(program, {
    name: 'filter-cost',
    description: 'what one more filter of each layer costs: FLOPs, weights, time',
  })
    .option(
      '--device <device>',
      'p100, v100, … or the path of a device.json; may be given several times',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option('--csv <file>', 'the table as CSV')
    .option(
      '--chart <file>',
      'latency over the width of each layer: a picture (.svg), or Vega-Lite with its data (.json)',
    )
    .option('--json', 'machine-readable output')
    .action(async (model: string, flags: FilterCostFlags) => {
      const { filterCost } = await import('../actions/filter-cost.ts');
      await filterCost(model, flags);
    });
}
