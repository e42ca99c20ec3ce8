// Chart: predicted and measured latency of a training run's networks as pairs of bars.
import type { TrainResult } from '../../records/training.ts';
import { LATENCY_UNITS, significant, unitFor } from '../number-format.ts';
import { colour } from '../palette.ts';
import type { ChartSpec } from './theme.ts';

/** Predicted and measured latency of the networks of a training run, as pairs of bars from zero. */
export function latencyBars(networks: TrainResult['networks'], width: number): ChartSpec {
  const unit = unitFor(
    networks.flatMap((row) => [row.predicted_latency_us, row.measured_latency_us]),
    LATENCY_UNITS,
  );
  const bars = networks.flatMap(({ name, predicted_latency_us, measured_latency_us }) =>
    [
      { name, source: 'predicted', latency: predicted_latency_us / unit.base },
      { name, source: 'measured', latency: measured_latency_us / unit.base },
    ].map((bar) => ({ ...bar, label: significant(bar.latency) })),
  );
  return {
    width,
    height: 40 + 46 * networks.length,
    autosize: { type: 'fit', contains: 'padding' },
    padding: { left: 1, right: 30, top: 4, bottom: 4 },
    data: { values: bars },
    encoding: {
      x: {
        field: 'latency',
        type: 'quantitative',
        scale: { zero: true, nice: true },
        axis: { title: `latency (${unit.name}) →`, tickCount: 5 },
      },
      y: {
        field: 'name',
        type: 'nominal',
        sort: networks.map(({ name }) => name),
        scale: { paddingInner: 0.36, paddingOuter: 0.1 },
        axis: {
          title: null,
          grid: false,
          labelFontSize: 13,
          labelColor: colour('ink'),
          minExtent: 68,
          maxExtent: 68,
        },
      },
      yOffset: { field: 'source', type: 'nominal', sort: ['predicted', 'measured'] },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          color: {
            field: 'source',
            type: 'nominal',
            scale: { domain: ['predicted', 'measured'], range: [colour('blue'), colour('ink')] },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, color: colour('ink') },
        encoding: { text: { field: 'label', type: 'nominal' } },
      },
    ],
  };
}
