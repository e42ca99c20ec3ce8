// The report's section on a training run: networks, accuracy, cost and widths.
import type { TrainingData } from '../../experiments/results/training-results.ts';
import { isShrinking } from '../../records/training.ts';
import { accuracyCurves } from '../charts/accuracy-curves.ts';
import { latencyBars } from '../charts/latency-bars.ts';
import { layerWidthsChart } from '../charts/layer-widths.ts';
import { shrinkingCostChart } from '../charts/shrinking-cost.ts';
import { type Figure, figure, type LegendEntry } from '../figure.ts';
import { html, type Markup, type Part } from '../html.ts';
import {
  columnFormat,
  count,
  FLOP_UNITS,
  integer,
  LATENCY_UNITS,
  percent,
  significant,
  times,
  type Unit,
  unitFor,
} from '../number-format.ts';
import { colour } from '../palette.ts';
import { table } from '../table.ts';
import { type Section, section } from './section.ts';

type TrainedNetwork = TrainingData['result']['networks'][number];

const NETWORK_NOTES: Readonly<Record<TrainedNetwork['name'], string>> = {
  seed: 'as it was',
  shrunk: 'what the regularizer left',
  expanded: 'widened to the budget',
  multiplier: 'all widths by one factor, as fast',
};

const PREDICTED_MEASURED: readonly LegendEntry[] = [
  { label: 'predicted', colour: colour('blue'), shape: 'bar' },
  { label: 'measured', colour: colour('ink'), shape: 'bar' },
];

function networkTable({ networks }: TrainingData['result']): Markup {
  const figures = (heading: Part, units: readonly Unit[], of: (row: TrainedNetwork) => number) => {
    const unit = unitFor(networks.map(of), units);
    const format = columnFormat(networks.map((row) => of(row) / unit.base));
    return {
      heading: html`${heading}<br>${unit.name}`,
      align: 'number' as const,
      cell: (row: TrainedNetwork) => format(of(row) / unit.base),
    };
  };
  return table<TrainedNetwork>(
    [
      {
        heading: 'Network',
        cell: ({ name }) => html`${name} <span class="quiet">${NETWORK_NOTES[name]}</span>`,
      },
      { heading: 'Accuracy', align: 'number', cell: (row) => percent(row.test_accuracy) },
      figures('FLOPs', FLOP_UNITS, (row) => row.flops),
      { heading: 'Weights', align: 'number', cell: (row) => integer(row.parameters) },
      figures('Predicted', LATENCY_UNITS, (row) => row.predicted_latency_us),
      figures('Measured', LATENCY_UNITS, (row) => row.measured_latency_us),
      { heading: html`Speed-up<br>predicted`, align: 'number', cell: (row) => times(row.predicted_speedup) },
      { heading: html`Speed-up<br>measured`, align: 'number', cell: (row) => times(row.measured_speedup) },
    ],
    networks,
    { marked: ({ name }) => name === 'expanded' },
  );
}

function latencyFigure({ result }: TrainingData): Figure {
  return {
    title: 'Latency',
    legend: PREDICTED_MEASURED,
    charts: [(width) => latencyBars(result.networks, width)],
    caption: html`Measured on ${result.measured_on}${
      result.repeatability !== null &&
      `, where the same networks repeat within ${percent(result.repeatability)}`
    }.`,
    label: `Predicted and measured latency of ${count(result.networks.length, 'network')}`,
  };
}

function accuracyFigure({ metrics, result }: TrainingData): Figure {
  return {
    title: 'Accuracy',
    legend: [
      { label: 'test', colour: colour('blue'), shape: 'line' },
      { label: 'train', colour: colour('grey'), shape: 'line' },
    ],
    charts: [(width) => accuracyCurves(metrics, width)],
    caption: html`The stages one after another: seed, shrink, expanded, multiplier. Shrinking goes on from the seed’s weights, the last two start anew; test accuracy at the end of each is written out. ${result.data.name}, ${integer(result.data.train)} training and ${integer(result.data.test)} test images.`,
    label: 'Training and test accuracy by epoch',
  };
}

function costFigure({ metrics, result }: TrainingData): Figure | null {
  const seed = result.networks.find(({ name }) => name === 'seed');
  if (seed === undefined || seed.cost <= 0 || !metrics.some(({ stage }) => isShrinking(stage))) return null;
  const budget = result.budget / seed.cost;
  return {
    title: 'Cost while shrinking',
    charts: [(width) => shrinkingCostChart(metrics, budget, width)],
    caption: html`The cost is ${result.target}, of the channels still alive. Shrinking aims below the budget so that expansion has something to give back: all widths × ${significant(result.omega)}.`,
    label: 'Cost of the alive network by epoch of shrinking',
  };
}

function widthsFigure({ layers }: TrainingData): Figure | null {
  if (layers.length === 0) return null;
  const removed = layers.filter(({ expanded_width }) => expanded_width === 0).length;
  return {
    title: 'Widths',
    legend: [
      { label: 'seed', colour: colour('muted'), shape: 'outline' },
      { label: 'expanded', colour: `color-mix(in srgb,${colour('blue')} 50%,transparent)`, shape: 'bar' },
      { label: 'shrunk', colour: colour('ink'), shape: 'tick' },
      { label: 'width multiplier', colour: colour('orange'), shape: 'tick' },
    ],
    charts: [(width) => layerWidthsChart(layers, width)],
    caption: html`Channels of each layer. ${
      removed > 0
        ? `${count(removed, 'layer')} of ${layers.length} went altogether.`
        : 'No layer went altogether.'
    } Blue short of its outline is width given up, blue beyond it width that expansion added; the multiplier takes the same share from every layer.`,
    label: `Widths of ${count(layers.length, 'layer')} before and after`,
  };
}

/** A training run: what it made of the network, and what that costs. */
export async function trainingSection(training: TrainingData, id: string): Promise<Section> {
  const { result, metrics, directory } = training;
  const parts: Markup[] = [networkTable(result)];
  const figures = [
    result.networks.length > 0 ? latencyFigure(training) : null,
    metrics.length > 0 ? accuracyFigure(training) : null,
    costFigure(training),
    widthsFigure(training),
  ];
  for (const each of figures) if (each !== null) parts.push(await figure(each));
  if (metrics.length === 0)
    parts.push(
      html`<p>No epochs are in ${directory}: <code>morphline train</code> writes them to metrics.csv.</p>`,
    );
  return section(id, 'Training for the device', `${result.network} on ${result.device}`, [
    html`<p>${result.network}, trained with a regularizer on ${result.target}, beside the width multiplier that is as fast.</p>`,
    parts,
  ]);
}
