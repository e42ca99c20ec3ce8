// The network that a command is about, from its name or file, and the widths that its flags give it.
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import type { Network } from '../network/network.ts';
import type { Weights } from '../network/weights.ts';
import { multiplyWidths } from '../network/width-multiplier.ts';
import { resizeNetwork } from '../network/widths.ts';
import { ZOO, zooNetwork } from '../network/zoo/index.ts';
import { UserError } from '../records/user-error.ts';
import { widthsFromFile } from './layer-widths.ts';
import type { WidthFlags } from './options.ts';

/**
 * A network by its zoo name, or from a model file, with its weights unless that has the architecture alone.
 * @throws UserError that lists the names, or says what is wrong with the file
 */
export async function openModel(model: string): Promise<{ network: Network; weights?: Weights }> {
  if (Object.hasOwn(ZOO, model)) return { network: zooNetwork(model) };
  // Readers of foreign formats are some fifty modules, which a zoo network need not wait for.
  const { isModelFile, openModelFile } = await import('../network/model-file.ts');
  return isModelFile(model) ? openModelFile(model) : { network: zooNetwork(model) };
}

/**
 * A zoo name or a model file.
 * @throws UserError as {@link openModel}
 */
export async function openNetwork(model: string): Promise<Network> {
  return (await openModel(model)).network;
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
