import type { Command } from 'commander';
import { deployedNetwork, deployedWeights } from '../../network/deployed.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { seededWeights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import {
  type CommonFlags,
  modelCommand,
  openModel,
  seedOption,
  sizedPlan,
  type WidthFlags,
} from '../options.ts';
import { engineering, print, printJson } from '../terminal.ts';

interface Flags extends CommonFlags, WidthFlags {
  readonly output: string;
  readonly batch: number;
  readonly seed: number;
}

export function exportCommand(program: Command): void {
  modelCommand(program, {
    name: 'export',
    description: 'the network as deployed (batch norms folded) as ONNX, with its weights or seeded ones',
  })
    .requiredOption('-o, --output <file>', 'file to write, ending in .onnx')
    .addOption(seedOption())
    .option('--json', 'machine-readable output')
    .action((model: string, flags: Flags) => {
      if (!flags.output.endsWith('.onnx')) {
        throw new UserError({
          got: `--output ${flags.output}`,
          expected: 'a name ending in .onnx',
          fix: 'rename the output',
        });
      }
      const { network: whole, weights: own } = openModel(model);
      const { plan, widths } = sizedPlan(whole, flags);
      const isWhole = flags.widths === undefined && flags.widthMultiplier === undefined;
      const network = deployedNetwork(isWhole ? whole : resizeNetwork(plan, widths));
      // Weights of a file fit its own widths.
      const weights =
        isWhole && own !== undefined ? deployedWeights(whole, own) : seededWeights(network, flags.seed);
      const bytes = writeOnnx(network, weights, flags.batch);
      writeFileAtomic(flags.output, bytes);
      if (flags.json === true) printJson({ network: network.name, file: flags.output, bytes: bytes.length });
      else print(`${flags.output}: ${network.name}, ${engineering(bytes.length)}B`);
    });
}
