// The report's section on the machine: engine, processor and fitted rates.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import { definitionList } from '../definition-list.ts';
import { count, significant } from '../number-format.ts';
import { type Section, section } from './section.ts';

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
export function machineSection({ profile }: CalibrationData, id: string): Section {
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
  return section(id, 'Machine and engine', profile.name, entries);
}
