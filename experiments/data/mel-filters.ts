// HTK's mel scale, and the triangular filters that sum a spectrum into its bands.
/** One triangular filter over the bins of a spectrum. */
export interface MelFilter {
  /** Where its weight is 1, in Hz. */
  readonly centreHz: number;
  /** The bin of its first weight. */
  readonly firstBin: number;
  /** Weights of consecutive bins, 0 to 1; 0 for all others. */
  readonly weights: Float32Array;
}

/** HTK's mel scale (S. Young et al., "The HTK Book", eq. 5.13: 2595 log10(1 + f / 700)). */
export function hzToMel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

export function melToHz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

/**
 * HTK's filter bank: triangles of peak 1, evenly spaced and straight-sided in mel, each reaching to its neighbours'
 * centres. Between the first centre and the last, the weights of a bin sum to 1.
 *
 * @param bands number of filters
 * @param lowHz where the first filter begins
 * @param highHz where the last filter ends
 * @param binHz distance of the spectrum's bins
 */
export function melFilters(bands: number, lowHz: number, highHz: number, binHz: number): MelFilter[] {
  const low = hzToMel(lowHz);
  const step = (hzToMel(highHz) - low) / (bands + 1);
  return Array.from({ length: bands }, (_, band) => {
    const centre = low + (band + 1) * step;
    const firstBin = Math.ceil(melToHz(centre - step) / binHz);
    const lastBin = Math.floor(melToHz(centre + step) / binHz);
    const weights = Float32Array.from({ length: lastBin - firstBin + 1 }, (_, i) =>
      Math.max(0, 1 - Math.abs(hzToMel((firstBin + i) * binHz) - centre) / step),
    );
    return { centreHz: melToHz(centre), firstBin, weights };
  });
}
