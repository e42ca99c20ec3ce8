// Chart: train and test accuracy by epoch, all stages in a row.
import type { MetricsRecord } from '../../records/training.ts';
import { colour } from '../palette.ts';
import { type ChartSpec, Y_LABELS } from './theme.ts';

/** Stages in the order in which a run goes through them: iterations one after the other, the baseline last. */
function stagesInOrder(metrics: readonly MetricsRecord[]): MetricsRecord['stage'][] {
  const place = (stage: string) => {
    const [kind = '', iteration = '1'] = stage.split('-');
    if (kind === 'seed') return 0;
    if (kind === 'multiplier') return Number.POSITIVE_INFINITY;
    return 2 * Number(iteration) + (kind === 'shrink' ? 0 : 1);
  };
  return [...new Set(metrics.map(({ stage }) => stage))].sort((a, b) => place(a) - place(b));
}

/** With more epochs than this, dots on the lines only clutter. */
const MAX_DOTTED = 40;
const LETTER_WIDTH = 7;

/** Train and test accuracy by epoch, the stages after one another, with the accuracy that each one ends at. */
export function accuracyCurves(metrics: readonly MetricsRecord[], width: number): ChartSpec {
  const order = stagesInOrder(metrics);
  const ordered = order
    .flatMap((stage) => metrics.filter((row) => row.stage === stage).sort((a, b) => a.epoch - b.epoch))
    .map((row, i) => ({ ...row, at: i + 1 }));
  const lines = ordered.flatMap(({ at, stage, train_accuracy, test_accuracy }) => [
    { at, stage, set: 'train', accuracy: 100 * train_accuracy, line: `${stage} train` },
    { at, stage, set: 'test', accuracy: 100 * test_accuracy, line: `${stage} test` },
  ]);
  const stages = order.flatMap((stage, i) => {
    const rows = ordered.filter((row) => row.stage === stage);
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return [];
    const fits = (rows.length / ordered.length) * (width - 60) > LETTER_WIDTH * stage.length;
    const [from, to] = [first.at - 0.5, last.at + 0.5];
    return [{ from, to, middle: (from + to) / 2, shaded: i % 2 === 0, label: fits ? stage : '' }];
  });
  const ends = ordered
    .filter(({ stage }, i) => ordered[i + 1]?.stage !== stage)
    .map(({ at, test_accuracy }) => ({
      at,
      accuracy: 100 * test_accuracy,
      label: (100 * test_accuracy).toFixed(1),
    }));
  const accuracies = lines.map(({ accuracy }) => accuracy);
  const [lowest, highest] = [Math.min(100, ...accuracies), Math.max(0, ...accuracies)];
  const margin = Math.max(0.5, 0.05 * (highest - lowest));
  const x = {
    field: 'at',
    type: 'quantitative' as const,
    scale: { domain: [0.5, Math.max(1, ordered.length) + 0.5], nice: false },
    axis: { title: 'epochs, all stages →', grid: false, tickMinStep: 1, tickCount: width > 500 ? 10 : 5 },
  };
  const y = {
    field: 'accuracy',
    type: 'quantitative' as const,
    scale: { domain: [lowest - margin, highest + 2 * margin], nice: false },
    axis: { title: null, tickCount: 5, ...Y_LABELS },
  };
  return {
    width,
    height: width > 500 ? 330 : 270,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: '↑ accuracy (%)', offset: 22 },
    layer: [
      {
        data: { values: stages.filter(({ shaded }) => shaded) },
        mark: { type: 'rect', color: colour('ink'), fillOpacity: 0.04 },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
      },
      {
        data: { values: stages },
        mark: { type: 'text', y: -8, color: colour('soft') },
        encoding: { x: { ...x, field: 'middle' }, text: { field: 'label', type: 'nominal' } },
      },
      {
        data: { values: lines },
        mark: {
          type: 'line',
          strokeWidth: 2,
          point: ordered.length <= MAX_DOTTED ? { filled: true, size: 26 } : false,
        },
        encoding: {
          x,
          y,
          detail: { field: 'line', type: 'nominal' },
          color: {
            field: 'set',
            type: 'nominal',
            scale: { domain: ['train', 'test'], range: [colour('grey'), colour('blue')] },
            legend: null,
          },
        },
      },
      {
        data: { values: ends },
        mark: { type: 'text', dy: -10, color: colour('ink'), fontWeight: 600 },
        encoding: { x, y, text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}
