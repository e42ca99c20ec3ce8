// What `morphline export` does: writes a network as an engine runs it, as ONNX.
import { deployedNetwork, deployedWeights } from '../../network/deployed.ts';
import type { OpenedModel } from '../../network/model-file.ts';
import type { Network } from '../../network/network.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { seededWeights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { batchOf, openModel, sizedPlan } from '../models.ts';
import type { SizeFlags } from '../open-sizes.ts';
import type { CommonFlags, WidthFlags } from '../options.ts';
import { engineering, print, printJson } from '../terminal.ts';

export interface ExportFlags extends CommonFlags, WidthFlags, SizeFlags {
  readonly output: string;
  readonly batch?: number;
  readonly seed: number;
}

/**
 * A network as an engine runs it, as ONNX: with its own weights at its own widths, else with seeded ones.
 * @throws UserError for widths that do not fit it
 */
export function deployedModel(
  opened: OpenedModel,
  flags: WidthFlags & { readonly batch?: number; readonly seed: number },
): { network: Network; bytes: Uint8Array } {
  const { network: whole, weights: own } = opened;
  const { plan, widths } = sizedPlan(whole, flags);
  const isWhole = flags.widths === undefined && flags.widthMultiplier === undefined;
  const network = deployedNetwork(isWhole ? whole : resizeNetwork(plan, widths));
  // Weights of a file fit its own widths.
  const weights =
    isWhole && own !== undefined ? deployedWeights(whole, own) : seededWeights(network, flags.seed);
  return { network, bytes: writeOnnx(network, weights, batchOf(opened, flags.batch)) };
}

/** @throws UserError for another ending than .onnx, a network that is not there, and widths that do not fit it */
export async function exportNetwork(model: string, flags: ExportFlags): Promise<void> {
  const { output } = flags;
  if (!output.endsWith('.onnx')) {
    throw new UserError({
      got: `--output ${output}`,
      expected: 'a name ending in .onnx',
      fix: 'rename the output',
    });
  }
  const { network, bytes } = deployedModel(await openModel(model, flags), flags);
  writeFileAtomic(output, bytes);
  if (flags.json === true) printJson({ network: network.name, file: output, bytes: bytes.length });
  else print(`${output}: ${network.name}, ${engineering(bytes.length)}B`);
}
