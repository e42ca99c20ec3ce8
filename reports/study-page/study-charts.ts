// The pictures of a study: what each shows of its analysis and rows.
import type { StudyRecord } from '../../records/study.ts';
import type { StudyAnalysis } from '../../records/study-analysis.ts';
import { standaloneSvg } from '../charts/standalone-chart.ts';
import { gapLayersChart } from '../charts/study-gap.ts';
import { studyLinesChart } from '../charts/study-lines.ts';
import { latencyPanelsChart } from '../charts/study-panels.ts';
import { predictionPanelsChart } from '../charts/study-predictions.ts';
import type { ChartSpec } from '../charts/theme.ts';
import { evenlySpaced } from '../evenly-spaced.ts';
import { FLOP_UNITS, integer, LATENCY_UNITS, unitFor } from '../number-format.ts';
import { columnTitle } from './columns.ts';

/** Dots per panel: three panels of them are a quarter of a megabyte. */
export const DOTS = 1600;
const LAYERS = 10;

/** Names of a study's pictures, which are files of docs/study. */
export type StudyChartName =
  | 'flops-against-latency'
  | 'predicted-against-measured'
  | 'equal-flops-spread'
  | 'regret'
  | 'gap-layers';

export interface StudyChart {
  readonly name: StudyChartName;
  readonly label: string;
  readonly svg: string;
}

/** FLOPs in the largest unit that they reach: "1.2 GFLOP", not "1.2k MFLOP". */
const flopsUnit = (flops: readonly number[]) => unitFor([2 * Math.max(...flops)], FLOP_UNITS);

/** Rows that have a measured latency; all of them where none has. */
function studiedRows(rows: readonly StudyRecord[]): readonly StudyRecord[] {
  const timed = rows.filter(({ measured_us }) => measured_us !== null);
  return timed.length > 0 ? timed : rows;
}

/** FLOPs against every device's latency. */
function panels(analysis: StudyAnalysis, rows: readonly StudyRecord[]): ChartSpec {
  const { devices, measured } = analysis;
  const columns = [
    ...devices.filter(({ kind }) => measured === null || kind === 'datasheet').map(({ column }) => column),
    ...(measured === null ? [] : ['measured_us']),
  ];
  const flops = rows.map((row) => row.flops);
  return latencyPanelsChart(
    flops,
    flopsUnit(flops),
    columns.map((column) => {
      const latencyUs = rows.map((row) => row[column] as number);
      return { title: columnTitle(analysis, column), unit: unitFor(latencyUs, LATENCY_UNITS), latencyUs };
    }),
    columns.length > 2 ? 235 : 380,
  );
}

/** Scaled FLOPs and the calibrated prediction against what was measured. */
function predictions(analysis: StudyAnalysis, rows: readonly StudyRecord[]): ChartSpec {
  const measuredUs = rows.map((row) => row.measured_us as number);
  const scale = measuredUs.reduce((sum, us) => sum + us, 0) / rows.reduce((sum, { flops }) => sum + flops, 0);
  const calibrated = analysis.devices.filter(({ kind }) => kind === 'measured');
  return predictionPanelsChart(
    measuredUs,
    unitFor(measuredUs, LATENCY_UNITS),
    [
      { title: 'FLOPs × one factor', predictedUs: rows.map(({ flops }) => flops * scale) },
      ...calibrated.map(({ column }) => ({
        title: columnTitle(analysis, column),
        predictedUs: rows.map((row) => row[column] as number),
      })),
    ],
    330,
  );
}

function spread(analysis: StudyAnalysis): ChartSpec {
  const { windows } = analysis.spread;
  const unit = flopsUnit(windows.map(({ flops }) => flops));
  const columns = Object.keys(windows[0]?.p95_over_p5 ?? {}).filter(
    (name) => !name.startsWith('measured_over_'),
  );
  return studyLinesChart(
    [
      {
        title: '↑ latency, p95 / p5, of networks of equal FLOPs',
        xTitle: unit.name,
        series: columns.map((column) => ({
          name: columnTitle(analysis, column),
          points: windows.map(({ flops, p95_over_p5 }) => ({
            x: flops / unit.base,
            y: p95_over_p5[column] as number,
          })),
        })),
      },
    ],
    { panelWidth: 640, percent: false, step: false },
  );
}

/** By FLOPs and by the calibrated prediction; what other devices would choose is in the table. */
function regret(analysis: StudyAnalysis): ChartSpec {
  const choosers = new Set([
    'flops',
    ...analysis.devices.filter(({ kind }) => kind === 'measured').map(({ column }) => column),
  ]);
  const latency = analysis.measured === null ? analysis.devices.at(-1)?.column : 'measured_us';
  const floors = [
    { floor: 'flops', of: 'GFLOP', base: 1e9, title: 'at least so many FLOPs' },
    { floor: 'parameters', of: 'million weights', base: 1e6, title: 'at least so many weights' },
  ];
  return studyLinesChart(
    floors.map(({ floor, of, base, title }) => ({
      title: `↑ slower than the fastest\nwith ${title}`,
      xTitle: of,
      series: analysis.regret
        .filter((curve) => curve.floor === floor && curve.latency === latency && choosers.has(curve.chooser))
        .map(({ chooser, points }) => ({
          name: `chosen by ${columnTitle(analysis, chooser)}`,
          points: points.map((point) => ({ x: point.floor / base, y: point.regret })),
        })),
    })),
    { panelWidth: 350, percent: true, step: true },
  );
}

function gap(analysis: StudyAnalysis): ChartSpec {
  const own = analysis.gap.filter(({ column, latency }) => column === latency);
  const unlike = own.filter(({ column }) => column !== 'p100_us' || own.length < 3);
  return gapLayersChart(
    unlike.map(({ column, layers }) => ({
      title: columnTitle(analysis, column),
      layers: layers.slice(0, LAYERS).map(({ name, share }) => ({ name, share })),
    })),
    190,
  );
}

/** The pictures of a study's section. */
export async function studyCharts(
  analysis: StudyAnalysis,
  all: readonly StudyRecord[],
): Promise<StudyChart[]> {
  const studied = studiedRows(all);
  const rows = evenlySpaced(studied, DOTS);
  const dots = `${integer(rows.length)} of ${integer(studied.length)} networks`;
  const specs: { name: StudyChartName; label: string; spec: ChartSpec }[] = [
    { name: 'flops-against-latency', label: `FLOPs against latency, ${dots}`, spec: panels(analysis, rows) },
  ];
  if (analysis.measured !== null) {
    const label = `measured against predicted latency, ${dots}`;
    specs.push({ name: 'predicted-against-measured', label, spec: predictions(analysis, rows) });
  }
  if (analysis.spread.windows.length > 1) {
    const label = 'spread of latency among networks of equal FLOPs';
    specs.push({ name: 'equal-flops-spread', label, spec: spread(analysis) });
  }
  specs.push(
    { name: 'regret', label: 'what choosing by FLOPs or a prediction costs', spec: regret(analysis) },
    { name: 'gap-layers', label: 'layers that explain what FLOPs do not', spec: gap(analysis) },
  );
  return Promise.all(
    specs.map(async ({ name, label, spec }) => ({
      name,
      label,
      svg: `${await standaloneSvg(spec, label)}\n`,
    })),
  );
}
