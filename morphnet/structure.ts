// Alive counts by layer name, as `structure.json` has them.
import type { ChannelPlan } from '../network/channel-plan.ts';
import { widthsByLayer } from '../network/widths.ts';

/** `structure.json`: alive output channels by layer name, as morph-net's StructureExporter writes them. */
export function structureOf(plan: ChannelPlan, widths: Int32Array): Record<string, number> {
  return widthsByLayer(plan, widths);
}
