// Chart: relative error of each prediction, with the band of the measurements' noise.
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
import { HIDDEN_SERIES, numberFact, SHOWN_SERIES, textFact } from './series.ts';
import { type ChartSpec, NUMBER_LABEL, Y_LABELS } from './theme.ts';

/** Standard errors on either side of 95 % of a normal distribution. */
const TWO_SIDED_95 = 1.96;

/**
 * Predicted / measured − 1 over measured latency, in line with the chart above it; the band is the
 * measurements' noise, bars 95 % of each
 * measurement's own.
 * @param band as a fraction
 */
export function residualStrip(
  networks: readonly PredictedNetwork[],
  band: number,
  unit: Unit,
  width: number,
): ChartSpec {
  const wide = width > 500;
  const dots = networks.map(({ measured, predicted, rung, law, heldOut, standardError }) => ({
    measured: measured / unit.base,
    error: 100 * (predicted / measured - 1),
    low: 100 * (predicted / measured - 1 - TWO_SIDED_95 * (standardError ?? 0)),
    high: 100 * (predicted / measured - 1 + TWO_SIDED_95 * (standardError ?? 0)),
    group: heldOut ? law : FITTED,
    heldOut,
    rung,
  }));
  // The domain of the chart above: both latencies.
  const { domain, ticks } = logScale(
    networks.flatMap(({ measured, predicted }) => [measured / unit.base, predicted / unit.base]),
  );
  const largest = Math.max(
    100 * band,
    1,
    ...dots.map(({ error, low, high, heldOut }) =>
      heldOut ? Math.max(Math.abs(low), Math.abs(high)) : Math.abs(error),
    ),
  );
  const colours = networkColours(networks);
  const x = {
    field: 'measured',
    type: 'quantitative' as const,
    scale: { type: 'log' as const, domain, nice: false },
    axis: { values: ticks, labelExpr: NUMBER_LABEL, title: `measured latency (${unit.name}) →` },
  };
  return {
    width,
    height: wide ? 210 : 190,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: '↑ predicted / measured − 1 (%)' },
    params: [HIDDEN_SERIES, rungParameter(networks)],
    layer: [
      {
        data: {
          values: [{ from: domain[0], to: domain[1], low: -100 * band, high: 100 * band }],
        },
        mark: { type: 'rect', color: colour('bar'), opacity: 0.7 },
        encoding: {
          x: { ...x, field: 'from' },
          x2: { field: 'to' },
          y: {
            field: 'low',
            type: 'quantitative',
            scale: { domain: [-largest, largest], nice: true },
            axis: { title: null, tickCount: 5, labelExpr: "replace(datum.label, '-', '−')", ...Y_LABELS },
          },
          y2: { field: 'high' },
        },
      },
      {
        data: { values: dots.filter(({ heldOut, low, high }) => heldOut && high > low) },
        transform: [SHOWN_SERIES, OF_RUNG],
        mark: { type: 'rule', color: colour('muted'), strokeOpacity: 0.7 },
        encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
      },
      ...[false, true].map((heldOut) => ({
        data: { values: dots.filter((dot) => dot.heldOut === heldOut) },
        transform: [SHOWN_SERIES, OF_RUNG],
        mark: {
          type: 'point' as const,
          shape: 'circle' as const,
          filled: true,
          size: (heldOut ? 60 : 26) * (wide ? 1 : 0.6),
          fillOpacity: heldOut ? 0.9 : 0.6,
        },
        encoding: {
          x,
          y: { field: 'error', type: 'quantitative' as const },
          color: {
            field: 'group',
            type: 'nominal' as const,
            scale: { domain: colours.map(({ name }) => name), range: colours.map((entry) => entry.colour) },
            legend: null,
          },
          tooltip: [
            textFact('group', 'law'),
            numberFact('measured', `measured, ${unit.name}`),
            numberFact('error', 'error, %'),
          ],
        },
      })),
    ],
  };
}
