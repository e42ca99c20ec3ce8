// Rung 2: the roofline, and what every kernel costs however small it is.
import { z } from 'zod';
import { fitRoof, jackknifeRoof, predictRoof, roofFields } from './roof.ts';
import type { Rung } from './rung.ts';

/** overhead + max(FLOPs / compute rate, bytes / bandwidth), all three fitted at once. */
export const overheadModel = z.object({ rung: z.literal('overhead'), ...roofFields });
export type OverheadModel = z.infer<typeof overheadModel>;

export const overheadRung = {
  name: 'overhead',
  schema: overheadModel,
  ofOneNetwork: false,
  fit: (samples) => ({ rung: 'overhead', ...fitRoof(samples, true) }),
  predict: (model, kernel) => predictRoof(model, kernel),
  jackknife: (samples, model) => jackknifeRoof(samples, model, true),
} satisfies Rung<OverheadModel>;
