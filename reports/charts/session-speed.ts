// Chart: how fast the machine was over a session, by its pacer.
import { median } from 'simple-statistics';
import type { RoundRecord } from '../../records/measurements.ts';
import { colour } from '../palette.ts';
import { numberFact, textFact } from './series.ts';
import { type ChartSpec, Y_LABELS } from './theme.ts';

/** A round with a pacer, in the order of the session. */
interface Paced {
  readonly at: number;
  /** Time of the pacer over its median, in % above it: positive where the machine was slower. */
  readonly slower: number;
  readonly state: 'as usual' | 'disturbed';
  readonly network: string;
}

/** Rounds that were paced; none in sessions of earlier versions. */
export function pacedRounds(rounds: readonly RoundRecord[]): Paced[] {
  const pacers = rounds.flatMap(({ pacer_us }) => pacer_us ?? []);
  if (pacers.length === 0) return [];
  const usual = median(pacers);
  return rounds.flatMap(({ pacer_us, disturbed, network, sample }, at) =>
    pacer_us == null
      ? []
      : [
          {
            at,
            slower: 100 * (pacer_us / usual - 1),
            state: disturbed ? ('disturbed' as const) : ('as usual' as const),
            network: `${network} ${sample}`,
          },
        ],
  );
}

/** Time of the pacer beside each round, against its median, from the session's first round to its last. */
export function sessionSpeedChart(rounds: readonly Paced[], width: number): ChartSpec {
  return {
    width,
    height: 170,
    autosize: { type: 'fit', contains: 'padding' },
    title: { text: '↑ pacer, slower than usual (%)' },
    data: { values: rounds },
    mark: { type: 'point', shape: 'circle', filled: true, size: 10, fillOpacity: 0.55 },
    encoding: {
      x: {
        field: 'at',
        type: 'quantitative',
        scale: { domain: [0, Math.max(1, rounds.at(-1)?.at ?? 1)], nice: false },
        axis: { title: 'rounds, first to last →', grid: false, tickCount: width > 500 ? 10 : 5 },
      },
      y: {
        field: 'slower',
        type: 'quantitative',
        scale: { zero: true, nice: true },
        axis: { title: null, tickCount: 4, ...Y_LABELS },
      },
      color: {
        field: 'state',
        type: 'nominal',
        scale: { domain: ['as usual', 'disturbed'], range: [colour('blue'), colour('orange')] },
        legend: null,
      },
      tooltip: [
        textFact('network', 'network'),
        numberFact('slower', 'slower, %'),
        textFact('state', 'round'),
      ],
    },
  };
}
