// Where the taps of a sliding window meet its input.

/**
 * Where one tap of a sliding window meets an axis: `count` outputs from `output` on read inputs from `input`
 * on.
 */
interface TapRange {
  readonly input: number;
  readonly output: number;
  readonly count: number;
}

/**
 * One tap of a two-dimensional window: its place in scan order and its ranges along the height and the width.
 */
interface Tap {
  readonly index: number;
  readonly rows: TapRange;
  readonly columns: TapRange;
}

/** What tfjs's `computeConv2DInfo` and `computePool2DInfo` tell of a window over images. */
export interface WindowGeometry {
  readonly batchSize: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

/** The taps of a window that meet the input anywhere, in scan order. */
function windowTaps(geometry: WindowGeometry): Tap[] {
  const { filterHeight, filterWidth, padInfo } = geometry;
  const ranges = (
    taps: number,
    inputs: number,
    outputs: number,
    stride: number,
    dilation: number,
    padding: number,
  ) => Array.from({ length: taps }, (_, tap) => tapRange(inputs, outputs, stride, tap * dilation - padding));
  const { inHeight, outHeight, strideHeight, dilationHeight } = geometry;
  const { inWidth, outWidth, strideWidth, dilationWidth } = geometry;
  const down = ranges(filterHeight, inHeight, outHeight, strideHeight, dilationHeight, padInfo.top);
  const across = ranges(filterWidth, inWidth, outWidth, strideWidth, dilationWidth, padInfo.left);
  return down
    .flatMap((rows, y) => across.map((columns, x) => ({ index: y * filterWidth + x, rows, columns })))
    .filter(({ rows, columns }) => rows.count > 0 && columns.count > 0);
}

/** The outputs o for which the input o·`stride` + `offset` exists. */
function tapRange(inputs: number, outputs: number, stride: number, offset: number): TapRange {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const last = Math.min(outputs - 1, Math.floor((inputs - 1 - offset) / stride));
  return { input: first * stride + offset, output: first, count: Math.max(0, last - first + 1) };
}

/** The pixels of one image that one tap connects: `rows` × `pixels` of them. All places are pixel indices. */
export interface TapPixels {
  /** Index of the tap, in scan order. */
  readonly tap: number;
  readonly rows: number;
  readonly pixels: number;
  /** The first pixel of the input, and of the output. */
  readonly input: number;
  readonly output: number;
}

/** Visits every tap of every image, image by image so that an image stays in cache for all of its taps. */
export function eachTap(geometry: WindowGeometry, visit: (connected: TapPixels) => void): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth } = geometry;
  const taps = windowTaps(geometry);
  for (let image = 0; image < batchSize; image++) {
    for (const { index, rows, columns } of taps) {
      visit({
        tap: index,
        rows: rows.count,
        pixels: columns.count,
        input: (image * inHeight + rows.input) * inWidth + columns.input,
        output: (image * outHeight + rows.output) * outWidth + columns.output,
      });
    }
  }
}
