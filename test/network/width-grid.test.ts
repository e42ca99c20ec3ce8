import { expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { GRID_WIDTHS, gridWidths } from '../../network/width-grid.ts';
import { zooNetwork } from '../../network/zoo/index.ts';

const plan = planChannels(zooNetwork('inception-v2'));
const draws = Array.from({ length: 4 * GRID_WIDTHS }, (_, index) => gridWidths(plan, 1, index));

test('one turn leads every group over its whole grid', () => {
  plan.groups.forEach(({ size, fixed }, group) => {
    const widths = draws.slice(0, GRID_WIDTHS).map((draw) => draw[group] as number);
    if (fixed) {
      expect(new Set(widths)).toEqual(new Set([size]));
      return;
    }
    expect(Math.max(...widths)).toBe(size);
    expect(new Set(widths).size).toBe(Math.min(GRID_WIDTHS, size));
    for (const width of widths) if (size >= 64 && width < size) expect(width % 8).toBe(0);
  });
});

test('every other turn takes a width from each cell of the grid', () => {
  plan.groups.forEach(({ size, fixed }, group) => {
    if (fixed || size < 64) return;
    const widths = draws.slice(GRID_WIDTHS, 2 * GRID_WIDTHS).map((draw) => draw[group] as number);
    const cells = widths.map((width) => Math.min(GRID_WIDTHS, Math.ceil((width * GRID_WIDTHS) / size - 0.5)));
    for (const width of widths) expect(width).toBeLessThanOrEqual(size);
    expect(new Set(cells).size).toBeGreaterThanOrEqual(GRID_WIDTHS - 3);
  });
});

test('inputs and outputs do not move in step', () => {
  const pairs = new Set(draws.slice(0, 16).map((draw) => `${draw[2]} ${draw[5]}`));
  expect(pairs.size).toBeGreaterThan(10);
});

test('a draw depends on its index, not on how many came before', () => {
  expect(gridWidths(plan, 1, 11)).toEqual(draws[11]);
  expect(gridWidths(plan, 2, 11)).not.toEqual(draws[11]);
});
