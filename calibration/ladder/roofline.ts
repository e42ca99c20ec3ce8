// Rung 1: a kernel takes the longer of computing and moving its bytes.
import { z } from 'zod';
import { fitRoof, jackknifeRoof, predictRoof, roofFields } from './roof.ts';
import type { Rung } from './rung.ts';

/** max(FLOPs / compute rate, bytes / bandwidth); its overhead is 0. */
export const rooflineModel = z.object({ rung: z.literal('roofline'), ...roofFields });
export type RooflineModel = z.infer<typeof rooflineModel>;

export const rooflineRung = {
  name: 'roofline',
  schema: rooflineModel,
  ofOneNetwork: false,
  fit: (samples) => ({ rung: 'roofline', ...fitRoof(samples, false) }),
  predict: (model, kernel) => predictRoof(model, kernel),
  jackknife: (samples, model) => jackknifeRoof(samples, model, false),
} satisfies Rung<RooflineModel>;
