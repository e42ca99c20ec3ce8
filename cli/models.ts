// The network that a command is about, from its name or file, and the widths that its flags give it.
import pc from 'picocolors';
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import type { OpenedModel } from '../network/model-file.ts';
import type { Network } from '../network/network.ts';
import { multiplyWidths } from '../network/width-multiplier.ts';
import { resizeNetwork } from '../network/widths.ts';
import { ZOO, zooNetwork } from '../network/zoo/index.ts';
import { printable } from '../records/printable.ts';
import { UserError } from '../records/user-error.ts';
import { widthsFromFile } from './layer-widths.ts';
import { type SizeFlags, sizesFrom } from './open-sizes.ts';
import type { WidthFlags } from './options.ts';

/** Says what of a file is not costed and measured as it has it. */
function tellNotes(model: string, { notes = [] }: OpenedModel): void {
  for (const note of notes) process.stderr.write(`${pc.yellow(printable(`${model}: ${note}`))}\n`);
}

/**
 * A network by its zoo name, or from a model file, with its weights unless that has the architecture alone. What of a
 * file is costed as something else is told on stderr.
 * @param flags sizes that a file leaves open
 * @throws UserError that lists the names, or says what is wrong with the file
 */
export async function openModel(model: string, flags: SizeFlags = {}): Promise<OpenedModel> {
  const sizes = sizesFrom(flags);
  // Readers of foreign formats are some fifty modules, which a zoo network need not wait for.
  const files = Object.hasOwn(ZOO, model) ? null : await import('../network/model-file.ts');
  if (files?.isModelFile(model) === true) {
    const opened = files.openModelFile(model, sizes);
    tellNotes(model, opened);
    return opened;
  }
  if (sizes.image !== undefined || sizes.dims !== undefined) {
    throw new UserError({
      got: `${sizes.image === undefined ? '--dim' : '--image'} for ${model}`,
      expected: 'a model file that leaves sizes open',
      fix: 'leave the flag out',
    });
  }
  return { network: zooNetwork(model) };
}

/**
 * A zoo name or a model file.
 * @throws UserError as {@link openModel}
 */
export async function openNetwork(model: string, flags: SizeFlags = {}): Promise<Network> {
  return (await openModel(model, flags)).network;
}

/** Examples per inference: what a flag says, else what the file fixes, else one. */
export function batchOf({ batch }: OpenedModel, flag: number | undefined): number {
  return flag ?? batch ?? 1;
}

/**
 * Channels of a network and the group widths that its flags give it; full widths without them. At a width multiplier
 * the plan is that of the narrower or wider network.
 * @throws UserError for both flags, a missing file, broken JSON, or widths that do not fit the network
 */
export function sizedPlan(
  network: Network,
  { widths: path, widthMultiplier }: WidthFlags,
): { plan: ChannelPlan; widths: Int32Array } {
  if (path !== undefined && widthMultiplier !== undefined) {
    throw new UserError({
      got: `--widths ${path} and --width-multiplier ${widthMultiplier}`,
      expected: 'one of them',
      fix: 'leave the other out',
    });
  }
  const full = planChannels(network);
  if (path !== undefined) return { plan: full, widths: widthsFromFile(full, path) };
  const plan =
    widthMultiplier === undefined
      ? full
      : planChannels(resizeNetwork(full, multiplyWidths(full, widthMultiplier)));
  return { plan, widths: plan.fullWidths };
}
