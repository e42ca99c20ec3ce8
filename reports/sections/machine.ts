// The report's section on the machine: engine, processor and fitted rates.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import { pacedRounds, sessionSpeedChart } from '../charts/session-speed.ts';
import { definitionList } from '../definition-list.ts';
import { evenlySpaced } from '../evenly-spaced.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { count, significant } from '../number-format.ts';
import { colour } from '../palette.ts';
import { type Section, section } from './section.ts';

/** More dots than this hide one another. */
const MAX_DOTS = 1500;
const GIB = 2 ** 30;
const KIB = 2 ** 10;

function cacheText(bytes: { l1d: number | null; l2: number | null; l3: number | null }): string {
  const size = (value: number) =>
    value >= KIB * KIB ? `${significant(value / KIB / KIB)} MiB` : `${significant(value / KIB)} KiB`;
  return [
    ['L1d', bytes.l1d],
    ['L2', bytes.l2],
    ['L3', bytes.l3],
  ]
    .flatMap(([name, value]) => (typeof value === 'number' ? [`${name} ${size(value)}`] : []))
    .join(', ');
}

/** The machine, the engine and the roofline that was fitted to them. */
export async function machineSection({ profile, rounds }: CalibrationData, id: string): Promise<Section> {
  const { engine, machine, roofline } = profile;
  const gpus = machine.gpus.map(({ vendor, model }) => `${vendor} ${model}`.trim()).join(', ');
  const entries = definitionList([
    ['Engine', `${engine.engine} ${engine.version}`],
    [
      'Runs on',
      `${engine.adapter} (${engine.hardware === 'software' ? 'software adapter' : engine.hardware.toUpperCase()})`,
    ],
    ['Provider', engine.provider],
    ['Threads', engine.threads],
    ['Clock', engine.clock === 'wall' ? 'wall clock' : 'GPU timestamps'],
    ['Lowering rules', engine.rules],
    [
      'Processor',
      `${machine.processor}, ${count(machine.physicalCores, 'core')}${machine.virtual ? ', virtual machine' : ''}`,
    ],
    ['Caches', cacheText(machine.cacheBytes)],
    ['Memory', `${(machine.memoryBytes / GIB).toFixed(1)} GiB`],
    ['GPUs', gpus],
    ['System', machine.operatingSystem],
    ['Node', machine.nodeVersion],
    ['Compute rate, fitted', `${significant(roofline.computeRateGflops)} GFLOP/s`],
    ['Bandwidth, fitted', `${significant(roofline.bandwidthGBps)} GB/s`],
    ['Overhead per kernel, fitted', `${significant(roofline.overheadUs)} µs`],
  ]);
  const paced = evenlySpaced(pacedRounds(rounds), MAX_DOTS);
  const disturbed = paced.some(({ state }) => state === 'disturbed');
  const speed =
    paced.length > 1 &&
    (await figure({
      title: 'The machine over the session',
      legend: [
        { label: 'round', colour: colour('blue'), shape: 'dot' },
        ...(disturbed
          ? [{ label: 'disturbed, timed again', colour: colour('orange'), shape: 'dot' as const }]
          : []),
      ],
      charts: [(width) => sessionSpeedChart(paced, width)],
      caption: html`A fixed piece of work, timed beside every round: what it took more than usual, the machine was slower. Latencies are quoted at its usual speed.`,
      label: `Time of the pacer over ${count(paced.length, 'round')} of the session`,
    }));
  return section(id, 'Machine and engine', profile.name, [entries, speed]);
}
