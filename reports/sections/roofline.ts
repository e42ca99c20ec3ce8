// The report's section on the roofline: measured kernels under it, and traffic without FLOPs.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import { kernelGroups } from '../charts/kernel-groups.ts';
import { rooflineChart } from '../charts/roofline.ts';
import { SEARCHED } from '../charts/series.ts';
import { trafficStrip } from '../charts/traffic-strip.ts';
import { evenlySpaced } from '../evenly-spaced.ts';
import { figure } from '../figure.ts';
import { html, type Markup } from '../html.ts';
import { count, integer, percent, significant } from '../number-format.ts';
import { colour } from '../palette.ts';
import { type Section, section } from './section.ts';

/** More dots than this hide one another. */
const MAX_DOTS = 1500;

function drawnOf(drawn: number, all: number): string {
  return drawn === all
    ? `All ${count(all, 'kernel')} drawn.`
    : `${integer(drawn)} of ${count(all, 'kernel')} drawn, evenly spaced.`;
}

async function computeFigure({ profile, kernels }: CalibrationData): Promise<Markup | null> {
  const computing = kernels.filter(({ flops }) => flops > 0);
  if (computing.length === 0) return null;
  const drawn = evenlySpaced(computing, MAX_DOTS);
  const groups = kernelGroups(drawn);
  const { roofline } = profile;
  const ridge = roofline.computeRateGflops / roofline.bandwidthGBps;
  const left = computing.filter(({ flops_per_byte }) => flops_per_byte < ridge).length / computing.length;
  return figure({
    legend: [
      ...groups.map((group) => ({
        label: group.name,
        colour: group.colour,
        shape: 'dot' as const,
        series: group.name,
      })),
      { label: 'fitted roof', colour: colour('ink'), shape: 'line' as const },
    ],
    controls: [{ signal: SEARCHED.name, label: 'Filter kernels by layer or class' }],
    charts: [(width) => rooflineChart(groups, roofline, width)],
    caption: html`The slope is the fitted bandwidth (${significant(roofline.bandwidthGBps)} GB/s), the flat part the fitted compute rate; they meet at ${significant(ridge)} FLOPs per byte, and ${percent(left, 0)} of the kernels lie left of that. The roof is fitted to the middle of the kernels, so good ones stand above it. A dot is as large as its kernel’s time. How far dots of one colour spread below the roof is what a roofline cannot tell apart. ${drawnOf(drawn.length, computing.length)}`,
    label: `Roofline: arithmetic intensity against achieved GFLOP/s of ${count(computing.length, 'kernel')}`,
  });
}

async function trafficFigure({ profile, kernels }: CalibrationData): Promise<Markup | null> {
  const moving = kernels.filter(({ flops }) => flops === 0);
  if (moving.length === 0) return null;
  const drawn = evenlySpaced(moving, MAX_DOTS);
  const { bandwidthGBps } = profile.roofline;
  return figure({
    title: 'Kernels without FLOPs',
    charts: [(width) => trafficStrip(drawn, bandwidthGBps, width)],
    caption: html`What these kernels read and write per time, each dot one kernel, beside the fitted bandwidth (line). To FLOPs they are free. ${drawnOf(drawn.length, moving.length)}`,
    label: `Achieved GB/s of ${count(moving.length, 'kernel')} without FLOPs, by op`,
  });
}

/** The roofline of the measured kernels, and the traffic of those without FLOPs. */
export async function rooflineSection(calibration: CalibrationData, id: string): Promise<Section> {
  const figures = [await computeFigure(calibration), await trafficFigure(calibration)];
  const lead =
    calibration.kernels.length === 0
      ? html`<p>No kernel measurements are in ${calibration.directory}: <code>morphline calibrate</code> writes them to kernels.csv.</p>`
      : html`<p>Every kernel as it was timed inside a running network, and the roofline fitted to all of them.</p>`;
  return section(id, 'Roofline', calibration.profile.name, [lead, figures]);
}
