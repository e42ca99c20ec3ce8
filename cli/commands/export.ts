import type { Command } from 'commander';
import { writeFileAtomic } from '../../experiments/run-file.ts';
import { deployedNetwork } from '../../network/deployed.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { UserError } from '../../network/user-error.ts';
import { seededWeights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import {
  batchOption,
  type CommonFlags,
  openNetwork,
  seedOption,
  sizedPlan,
  type WidthFlags,
  widthMultiplierOption,
  widthsOption,
} from '../options.ts';
import { engineering, print, printJson } from '../terminal.ts';

interface Flags extends CommonFlags, WidthFlags {
  readonly output: string;
  readonly batch: number;
  readonly seed: number;
}

export function exportCommand(program: Command): void {
  program
    .command('export')
    .argument('<model>', 'zoo network')
    .description('the network as deployed (batch norms folded), with seeded weights, as ONNX')
    .requiredOption('-o, --output <file>', 'file to write, ending in .onnx')
    .addOption(widthsOption())
    .addOption(widthMultiplierOption())
    .addOption(batchOption())
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
      const { plan, widths } = sizedPlan(openNetwork(model), flags);
      const network = deployedNetwork(resizeNetwork(plan, widths));
      const bytes = writeOnnx(network, seededWeights(network, flags.seed), flags.batch);
      writeFileAtomic(flags.output, bytes);
      if (flags.json === true) printJson({ network: network.name, file: flags.output, bytes: bytes.length });
      else print(`${flags.output}: ${network.name}, ${engineering(bytes.length)}B`);
    });
}
