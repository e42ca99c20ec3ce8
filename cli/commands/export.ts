// `morphline export`: its flags.
import type { Command } from 'commander';
import type { ExportFlags } from '../actions/export.ts';
import { modelCommand, seedOption } from '../options.ts';

export function exportCommand(program: Command): void {
  modelCommand(program, {
    name: 'export',
    description: 'the network as deployed (batch norms folded) as ONNX, with its weights or seeded ones',
  })
    .requiredOption('-o, --output <file>', 'file to write, ending in .onnx')
    .addOption(seedOption())
    .option('--int8', 'in 8 bits (QDQ): scales from the values that sample inputs make')
    .option('--json', 'machine-readable output')
    .action(async (model: string, flags: ExportFlags) => {
      const { exportNetwork } = await import('../actions/export.ts');
      await exportNetwork(model, flags);
    });
}
