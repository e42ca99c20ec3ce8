// What `morphline export` does: writes a network as an engine runs it, as ONNX, in 8 bits where asked for.
import { deployedNetwork, deployedWeights } from '../../network/deployed.ts';
import type { OpenedModel } from '../../network/model-file.ts';
import type { Network } from '../../network/network.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { seededWeights, type Weights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { quantizingEngine } from '../../profiler/engines/registry.ts';
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
  readonly int8?: boolean;
}

/** Sample inputs whose values the 8 bits are to reach. */
const SAMPLES = 8;

/** The network in 8 bits, by what an engine makes of sample inputs. @throws UserError for one that is in 8 bits already */
async function inEightBits(network: Network, weights: Weights, seed: number) {
  const typed = network.layers.find(({ types }) => types !== undefined);
  if (typed !== undefined) {
    throw new UserError({
      got: `${network.name} and --int8, whose layer ${typed.name} is ${typed.types?.output ?? typed.types?.kernel}`,
      expected: 'a float32 model',
      fix: 'leave --int8 out, or give the model before it was quantized',
    });
  }
  const { quantize } = await import('../../experiments/quantize/quantize.ts');
  const engine = await quantizingEngine().open({ threads: 1 });
  try {
    return await quantize(engine, { network, weights }, { count: SAMPLES, seed });
  } finally {
    await engine.close();
  }
}

/**
 * A network as an engine runs it: with its own weights at its own widths, else with seeded ones.
 * @throws UserError for widths that do not fit it
 */
export function deployedModel(
  opened: OpenedModel,
  flags: WidthFlags & { readonly seed: number },
): { network: Network; weights: Weights } {
  const { network: whole, weights: own } = opened;
  const { plan, widths } = sizedPlan(whole, flags);
  const isWhole = flags.widths === undefined && flags.widthMultiplier === undefined;
  const network = deployedNetwork(isWhole ? whole : resizeNetwork(plan, widths));
  // Weights of a file fit its own widths.
  const weights =
    isWhole && own !== undefined ? deployedWeights(whole, own) : seededWeights(network, flags.seed);
  return { network, weights };
}

/** The same as ONNX. */
export function deployedFile(
  opened: OpenedModel,
  flags: WidthFlags & { readonly batch?: number; readonly seed: number },
): Uint8Array {
  const { network, weights } = deployedModel(opened, flags);
  return writeOnnx(network, weights, batchOf(opened, flags.batch));
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
  const opened = await openModel(model, flags);
  const { network, weights } = deployedModel(opened, flags);
  const written =
    flags.int8 === true ? await inEightBits(network, weights, flags.seed) : { network, weights };
  const bytes = writeOnnx(written.network, written.weights, batchOf(opened, flags.batch));
  writeFileAtomic(output, bytes);
  if (flags.json === true) printJson({ network: network.name, file: output, bytes: bytes.length });
  else print(`${output}: ${network.name}, ${engineering(bytes.length)}B`);
}
