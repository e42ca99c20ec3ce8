// The ceilings and what they were chosen from, drawn for a terminal.
import pc from 'picocolors';
import type { ComputeKernel } from '../../experiments/ceilings/cases.ts';
import { roofGflops } from '../../experiments/ceilings/peaks.ts';
import type { BandwidthPoint, Ceilings, ComputePoint } from '../../records/ceilings.ts';
import { MEMORY_LEVELS } from '../../records/ceilings.ts';
import { percent, table } from '../terminal.ts';

const rate = (value: number | null | undefined) => value?.toFixed(1) ?? '–';

function size(bytes: number): string {
  for (const [unit, name] of [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const) {
    if (bytes >= unit) return `${Number((bytes / unit).toPrecision(3))} ${name}`;
  }
  return `${bytes} B`;
}

function bandwidthTable({ bandwidth, caches }: Ceilings): string {
  const of = (arrayBytes: number, kernel: BandwidthPoint['kernel']) =>
    bandwidth.find((point) => point.arrayBytes === arrayBytes && point.kernel === kernel);
  const sizes = [...new Set(bandwidth.map(({ arrayBytes }) => arrayBytes))].sort((a, b) => a - b);
  const known = MEMORY_LEVELS.flatMap((level) => {
    const bytes = level === 'memory' ? null : caches[level];
    return bytes === null ? [] : [`${level} ${size(bytes)}`];
  });
  return [
    table(
      ['array', 'copy GB/s', 'net', 'triad GB/s', 'net', 'from'],
      sizes.map((bytes) => {
        const [copy, triad] = [of(bytes, 'copy'), of(bytes, 'triad')];
        const rates = [copy, triad].flatMap((point) => [rate(point?.gbps), rate(point?.netGbps)]);
        return [size(bytes), ...rates, triad?.level ?? copy?.level ?? ''];
      }),
    ),
    pc.dim(
      `net: without what a kernel costs on no data${known.length > 0 ? `; caches ${known.join(', ')}` : ''}`,
    ),
  ].join('\n');
}

/** Channels down, map sizes across. */
function convolutionTable(points: readonly ComputePoint[], kernel: ComputeKernel): string {
  const grid = points.filter((point) => point.kernel === kernel && point.stage === 'compute');
  const distinct = (of: (point: ComputePoint) => number) => [...new Set(grid.map(of))].sort((a, b) => a - b);
  const maps = distinct((point) => point.size);
  return table(
    [`${kernel} GFLOP/s`, ...maps.map((side) => `${side}×${side}`)],
    distinct((point) => point.inputChannels).map((channels) => [
      `${channels} channels`,
      ...maps.map((side) =>
        rate(grid.find((point) => point.size === side && point.inputChannels === channels)?.gflops),
      ),
    ]),
  );
}

function productTable(points: readonly ComputePoint[]): string {
  const square = points.filter(
    ({ kernel, batch, inputChannels, outputChannels, stage }) =>
      kernel === 'gemm' && batch === inputChannels && batch === outputChannels && stage === 'compute',
  );
  square.sort((a, b) => a.batch - b.batch);
  return table(
    ['gemm n×n×n', ...square.map(({ batch }) => String(batch))],
    [['GFLOP/s', ...square.map(({ gflops }) => rate(gflops))]],
  );
}

/** The ceilings and what they were chosen from, for a terminal. */
export function ceilingsSummary(result: Ceilings): string {
  const { engine, peaks, stages, compute, intensity } = result;
  if (peaks === null) throw new Error('the ceilings are not complete');
  const threads = `${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`;
  const lines = [
    `${pc.bold(engine.adapter)}  ${pc.dim(`${engine.engine} ${engine.version}, ${engine.provider}, ${threads}`)}`,
    `compute    ${pc.bold(rate(peaks.computeRateGflops))} GFLOP/s  ${pc.dim(peaks.computeCase)}`,
    `           gemm ${rate(peaks.gemmGflops)}, conv 1x1 ${rate(peaks.conv1x1Gflops)}, conv 3x3 ${rate(peaks.conv3x3Gflops)}`,
    `bandwidth  ${pc.bold(rate(peaks.bandwidthGBps))} GB/s  ${pc.dim(`triad of ${size(result.bandwidth.find(({ id }) => id === peaks.bandwidthCase)?.arrayBytes ?? 0)} arrays`)}, copy ${rate(peaks.copyGBps)}`,
    `ridge      ${pc.bold(peaks.ridgeFlopsPerByte.toFixed(2))} FLOPs per byte`,
    '',
    bandwidthTable(result),
    '',
    productTable(compute),
    '',
    convolutionTable(compute, 'conv-1x1'),
    '',
    convolutionTable(compute, 'conv-3x3'),
    '',
    table(
      ['memory to compute', 'FLOPs per byte', 'GFLOP/s', 'GB/s', 'of the roof'],
      intensity.map(({ id, flopsPerByte, gflops, gbps }) => [
        id,
        flopsPerByte.toFixed(2),
        rate(gflops),
        rate(gbps),
        percent(gflops / roofGflops(peaks, flopsPerByte), 0),
      ]),
    ),
    '',
    table(
      ['stage', 'rounds', 'drift', 'repeats within', 'disturbed samples'],
      stages.map(({ stage, rounds, drift, repeatability, disturbed }) => [
        stage,
        String(rounds),
        percent(drift),
        repeatability === null ? '–' : percent(repeatability),
        String(disturbed),
      ]),
    ),
  ];
  if (!peaks.valid)
    lines.push(
      pc.yellow(
        'invalid session: kernels repeat within more than 4 %; measure again when the machine is quieter',
      ),
    );
  if (!peaks.beyondCaches)
    lines.push(pc.yellow('the bandwidth is that of the largest arrays measured: larger ones did not fit'));
  const skipped = stages.flatMap((stage) => stage.skipped);
  if (skipped.length > 0) {
    const [first] = skipped;
    lines.push(pc.yellow(`${skipped.length} cases left out, the first ${first?.id}: ${first?.reason}`));
  }
  return lines.join('\n');
}
