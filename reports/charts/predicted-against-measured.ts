// Chart: measured against predicted latency of whole networks, logarithmic.
import type { Unit } from '../number-format.ts';
import { colour } from '../palette.ts';
import { logScale } from './log-scale.ts';
import {
  FITTED,
  networkColours,
  OF_RUNG,
  type PredictedNetwork,
  rungParameter,
} from './predicted-networks.ts';
import { HIDDEN_SERIES, numberFact, SHOWN_SERIES, textFact, ZOOM } from './series.ts';
import { type ChartSpec, NUMBER_LABEL, Y_LABELS } from './theme.ts';

/** Whole networks: measured against predicted latency, both logarithmic, and the line on which they agree. */
export function predictedAgainstMeasuredChart(
  networks: readonly PredictedNetwork[],
  unit: Unit,
  width: number,
): ChartSpec {
  const wide = width > 500;
  const dots = networks.map(({ measured, predicted, rung, law, heldOut }) => ({
    measured: measured / unit.base,
    predicted: predicted / unit.base,
    error: 100 * (predicted / measured - 1),
    group: heldOut ? law : FITTED,
    heldOut,
    rung,
  }));
  const { domain, ticks } = logScale(dots.flatMap(({ measured, predicted }) => [measured, predicted]));
  const scale = { type: 'log' as const, domain, nice: false };
  const colours = networkColours(networks);
  return {
    width,
    height: wide ? 440 : 310,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: `↑ predicted latency (${unit.name})` },
    encoding: {
      x: {
        field: 'measured',
        type: 'quantitative',
        scale,
        axis: { values: ticks, labelExpr: NUMBER_LABEL, title: null },
      },
      y: {
        field: 'predicted',
        type: 'quantitative',
        scale,
        axis: { values: ticks, labelExpr: NUMBER_LABEL, title: null, ...Y_LABELS },
      },
    },
    params: [HIDDEN_SERIES, rungParameter(networks)],
    layer: [
      {
        data: { values: domain.map((value) => ({ measured: value, predicted: value })) },
        mark: { type: 'line', color: colour('muted'), strokeWidth: 1 },
      },
      ...[false, true].map((heldOut) => ({
        data: { values: dots.filter((dot) => dot.heldOut === heldOut) },
        transform: [SHOWN_SERIES, OF_RUNG],
        ...(heldOut ? { params: [ZOOM] } : {}),
        mark: {
          type: 'point' as const,
          shape: 'circle' as const,
          filled: true,
          size: (heldOut ? 60 : 26) * (wide ? 1 : 0.6),
          fillOpacity: heldOut ? 0.9 : 0.6,
        },
        encoding: {
          color: {
            field: 'group',
            type: 'nominal' as const,
            scale: { domain: colours.map(({ name }) => name), range: colours.map((entry) => entry.colour) },
            legend: null,
          },
          tooltip: [
            textFact('group', 'law'),
            numberFact('measured', `measured, ${unit.name}`),
            numberFact('predicted', `predicted, ${unit.name}`),
            numberFact('error', 'error, %'),
          ],
        },
      })),
    ],
  };
}
