// Sums of outer products in blocks that stay in registers: the inner loop of the filter's gradient.
import { type Code, f32x4, i32, type Local, repeat, valueType } from './assembler.ts';
import { floatBytes, microkernel } from './heap.ts';

/** Rows and columns of the block of sums held in registers, the largest that leaves registers to spare. */
export const blockRows = 4;
export const blockColumns = 8;

/** Bytes past the last channel of a pixel that the last block of it reads. */
export const readableTail = blockColumns * floatBytes;

const laneBytes = f32x4.count * floatBytes;
const rowBytes = blockRows * floatBytes;
const columnBytes = blockColumns * floatBytes;

/**
 * sums[i][j] += Σ x[pixel][i]·dy[pixel][j] over `rows` × `pixels` pixels, in whole blocks: i below
 * blockRows·`rowBlocks`, j below blockColumns·`columnBlocks`. Rows of sums follow one another without a gap.
 * `x`, `dy` and `sums` are addresses, and the strides from one row or pixel to the next are in bytes.
 */
export const accumulateOuterProducts = microkernel(
  ['x', 'dy', 'sums', 'rows', 'pixels', 'xRow', 'dyRow', 'xPixel', 'dyPixel', 'rowBlocks', 'columnBlocks'],
  ({ parameters: given, local }) => {
    const pointer = () => local(valueType.i32);
    const vector = () => local(valueType.v128);
    const block = { x: pointer(), dy: pointer(), sums: pointer() };
    const row = { x: pointer(), dy: pointer(), sums: pointer() };
    const pixel = { x: pointer(), dy: pointer() };
    const dy = { left: vector(), right: vector() };
    const x = vector();
    const sums = Array.from({ length: blockRows }, () => ({ left: vector(), right: vector() }));
    const sumsRow = i32.multiply(given.columnBlocks.get, i32.constant(columnBytes));

    const eachRowOfSums = (visit: (sums: { left: Local; right: Local }) => Code): Code => [
      ...row.sums.set(block.sums.get),
      ...sums.flatMap((pair) => [...visit(pair), ...row.sums.advance(sumsRow)]),
    ];
    const addProduct = (sum: Local, value: Local) =>
      sum.set(f32x4.add(sum.get, f32x4.multiply(x.get, value.get)));

    const onePixel = [
      ...dy.left.set(f32x4.load(pixel.dy.get)),
      ...dy.right.set(f32x4.load(pixel.dy.get, laneBytes)),
      ...sums.flatMap(({ left, right }, index) => [
        ...x.set(f32x4.loadSplat(pixel.x.get, index * floatBytes)),
        ...addProduct(left, dy.left),
        ...addProduct(right, dy.right),
      ]),
      ...pixel.x.advance(given.xPixel.get),
      ...pixel.dy.advance(given.dyPixel.get),
    ];
    const oneRow = [
      ...pixel.x.set(row.x.get),
      ...pixel.dy.set(row.dy.get),
      ...repeat(pointer(), given.pixels.get, onePixel),
      ...row.x.advance(given.xRow.get),
      ...row.dy.advance(given.dyRow.get),
    ];
    const oneBlock = [
      ...eachRowOfSums(({ left, right }) => [
        ...left.set(f32x4.load(row.sums.get)),
        ...right.set(f32x4.load(row.sums.get, laneBytes)),
      ]),
      ...row.x.set(block.x.get),
      ...row.dy.set(block.dy.get),
      ...repeat(pointer(), given.rows.get, oneRow),
      ...eachRowOfSums(({ left, right }) => [
        ...f32x4.store(row.sums.get, left.get),
        ...f32x4.store(row.sums.get, right.get, laneBytes),
      ]),
      ...block.dy.advance(i32.constant(columnBytes)),
      ...block.sums.advance(i32.constant(columnBytes)),
    ];
    const oneRowOfBlocks = [
      ...block.dy.set(given.dy.get),
      ...block.sums.set(given.sums.get),
      ...repeat(pointer(), given.columnBlocks.get, oneBlock),
      ...block.x.advance(i32.constant(rowBytes)),
      ...given.sums.advance(i32.multiply(sumsRow, i32.constant(blockRows))),
    ];
    return [...block.x.set(given.x.get), ...repeat(pointer(), given.rowBlocks.get, oneRowOfBlocks)];
  },
);
