// The learning rate over a training: up a line, down half a cosine.
/** Share of the training in which the rate rises from zero. */
const WARM_UP = 0.1;

/**
 * Learning rate for weights: linear warm-up, then half a cosine down to zero (Loshchilov & Hutter, arXiv 1608.03983).
 * @param progress share of the steps done, 0 … 1
 */
export function cosineRate(peak: number, progress: number): number {
  if (progress < WARM_UP) return peak * ((progress + 0.01) / (WARM_UP + 0.01));
  return 0.5 * peak * (1 + Math.cos((Math.PI * (progress - WARM_UP)) / (1 - WARM_UP)));
}

/** Peak of the rate of networks that go on from weights that survived, against that of fresh ones. */
export const SURVIVED_RATE = 0.4;
