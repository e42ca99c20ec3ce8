// Chart: FLOPs against latency of a study's networks on one device, measured ones on top.
import type { Unit } from '../number-format.ts';
import { colour } from '../palette.ts';
import { numberFact, textFact } from './series.ts';
import { type ChartSpec, NUMBER_LABEL } from './theme.ts';

export interface StudyPoint {
  /** Number of the network in its study. */
  readonly sample: number;
  readonly flops: number;
  /** In µs. */
  readonly latency: number;
}

export interface StudyPanel {
  readonly predicted: readonly StudyPoint[];
  /** Drawn on top. */
  readonly measured: readonly StudyPoint[];
  readonly flopsUnit: Unit;
  /** Of the x axis, shared by the panels of a study, in FLOPs. */
  readonly maxFlops: number;
  readonly latencyUnit: Unit;
}

/** Random sub-networks: FLOPs against latency on one device, both from zero. */
export function studyScatter(panel: StudyPanel, width: number): ChartSpec {
  const { predicted, measured, flopsUnit, latencyUnit, maxFlops } = panel;
  const scaled = (points: readonly StudyPoint[]) =>
    points.map(({ sample, flops, latency }) => ({
      sample,
      flops: flops / flopsUnit.base,
      latency: latency / latencyUnit.base,
    }));
  const highest = Math.max(...[...predicted, ...measured].map(({ latency }) => latency / latencyUnit.base));
  const tooltip = [
    textFact('sample', 'network'),
    numberFact('flops', flopsUnit.name),
    numberFact('latency', latencyUnit.name),
  ];
  return {
    width,
    height: 270,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: `↑ latency (${latencyUnit.name})` },
    // A band that the page's script moves; without it there is none.
    params: [
      { name: 'band_from', value: 0 },
      { name: 'band_to', value: 0 },
    ],
    encoding: {
      x: {
        field: 'flops',
        type: 'quantitative',
        scale: { domain: [0, maxFlops / flopsUnit.base], nice: true },
        axis: { tickCount: 5, labelExpr: NUMBER_LABEL, title: `${flopsUnit.name} →` },
      },
      y: {
        field: 'latency',
        type: 'quantitative',
        scale: { domain: [0, highest], nice: true },
        axis: { tickCount: 5, labelExpr: NUMBER_LABEL, title: null, minExtent: 30, maxExtent: 30 },
      },
    },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rect', color: colour('orange'), opacity: 0.16 },
        encoding: {
          x: { datum: { expr: 'band_from' }, type: 'quantitative' },
          x2: { datum: { expr: 'band_to' } },
          y: { value: 0 },
          y2: { value: 'height' },
        },
      },
      {
        data: { values: scaled(predicted) },
        mark: {
          type: 'point',
          shape: 'circle',
          filled: true,
          size: 9,
          fillOpacity: 0.4,
          color: colour('blue'),
        },
        encoding: { tooltip },
      },
      {
        data: { values: scaled(measured) },
        mark: {
          type: 'point',
          shape: 'circle',
          filled: true,
          size: 30,
          fillOpacity: 1,
          color: colour('ink'),
        },
        encoding: { tooltip },
      },
    ],
  };
}
