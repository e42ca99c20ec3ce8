// A study's findings in sentences of Markdown, every figure its analysis's.
import type { GapAttribution, StudyAnalysis } from '../../records/study-analysis.ts';
import { correlation, integer, percent, times } from '../number-format.ts';
import { columnTitle } from './columns.ts';

/** Above this share of memory-bound time, FLOPs no longer say much. */
const MOSTLY = 0.5;

function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function ranking(analysis: StudyAnalysis): string[] {
  const found = (x: string, y: string) => analysis.correlations.find((each) => each.x === x && each.y === y);
  const spearman = (x: string, y: string) => correlation(found(x, y)?.spearman?.value);
  const predicted = analysis.devices.map(
    ({ column }) => `${spearman('flops', column)} by the ${columnTitle(analysis, column)}`,
  );
  const sentences = [`FLOPs rank predicted latency with Spearman ${listed(predicted)}.`];
  if (analysis.measured === null) return sentences;
  const calibrated = analysis.devices.find(({ kind }) => kind === 'measured')?.column;
  const others = ['parameters', 'bytes'].map(
    (x) => `${columnTitle(analysis, x)} ${spearman(x, 'measured_us')}`,
  );
  const model =
    calibrated === undefined ? '' : `, the calibrated prediction with ${spearman(calibrated, 'measured_us')}`;
  sentences.push(
    `On the measured device FLOPs rank latency with ${spearman('flops', 'measured_us')}${model} (${listed(others)}).`,
  );
  const tau = found('flops', 'measured_us')?.kendall?.value;
  if (tau !== undefined)
    sentences.push(
      `Of any two networks, the one with fewer FLOPs is the slower one in ${percent((1 - tau) / 2)} of cases (Kendall's τ-b ${correlation(tau)}).`,
    );
  return sentences;
}

function errorSentence(analysis: StudyAnalysis): string[] {
  const of = (column: string | undefined) => analysis.prediction.find((each) => each.column === column);
  const flops = of('flops')?.scaled.mape;
  const calibrated = of(analysis.devices.find(({ kind }) => kind === 'measured')?.column);
  if (flops === undefined || calibrated === undefined || analysis.measured === null) return [];
  const { raw, drift_corrected: corrected } = calibrated;
  const drift = corrected === null ? '' : `, ${percent(corrected.mape)} with the machine's drift divided out`;
  return [
    `The calibrated prediction is off by ${percent((raw ?? calibrated.scaled).mape)} on average${drift}; FLOPs times the best single factor are off by ${percent(flops)}; the measurements repeat within ${percent(analysis.measured.repeatability)}.`,
  ];
}

function quietSentence(analysis: StudyAnalysis): string[] {
  const { quiet } = analysis;
  const calibrated = analysis.devices.find(({ kind }) => kind === 'measured')?.column;
  const of = (column: string | undefined) => ({
    spearman: quiet?.correlations.find(({ x }) => x === column)?.spearman?.value,
    error: quiet?.prediction.find((each) => each.column === column),
  });
  const [flops, model] = [of('flops'), of(calibrated)];
  const mape = (model.error?.drift_corrected ?? model.error?.raw)?.mape;
  if (!quiet || mape === undefined || flops.error === undefined) return [];
  return [
    `Much of the noise is the shared machine's: of the ${integer(quiet.networks)} networks whose rounds agree within ${percent(quiet.max_spread, 0)}, FLOPs rank latency with ${correlation(flops.spearman)} and the calibrated prediction with ${correlation(model.spearman)}; their errors are ${percent(flops.error.scaled.mape)} and ${percent(mape)}.`,
  ];
}

function spreadSentence(analysis: StudyAnalysis): string[] {
  const { median_p95_over_p5: ratios, noise_p95_over_p5: noise } = analysis.spread;
  const parts = Object.entries(ratios)
    .filter(([column]) => !column.startsWith('measured_over_'))
    .map(([column, ratio]) => `${times(ratio)} (${columnTitle(analysis, column)})`);
  if (parts.length === 0) return [];
  const alone = noise === null ? '' : `; noise of measuring alone would make ${times(noise)}`;
  return [
    `Among networks of equal FLOPs the slow ones (p95) take as long as the fast ones (p5) times ${listed(parts)}${alone}.`,
  ];
}

function boundSentence(analysis: StudyAnalysis): string[] {
  const parts = analysis.bounds.map(({ column, compute, memory }) => {
    const [share, bound] = memory > MOSTLY ? [memory, 'memory-bound'] : [compute, 'compute-bound'];
    return `${percent(share, 0)} ${bound} by the ${columnTitle(analysis, column)}`;
  });
  if (parts.length === 0) return [];
  return [`FLOPs and latency differ most where memory bounds the time: it is ${listed(parts)}.`];
}

function choiceSentence(analysis: StudyAnalysis): string[] {
  const latency = analysis.measured === null ? undefined : 'measured_us';
  const curves = analysis.regret.filter((curve) => curve.floor === 'flops' && curve.latency === latency);
  const parts = curves.map(
    ({ chooser, median, p95 }) =>
      `${percent(median)} (p95 ${percent(p95)}) by ${columnTitle(analysis, chooser)}`,
  );
  if (parts.length === 0) return [];
  return [
    `Of all networks with at least so many FLOPs, the one that is chosen is slower than the fastest by a median of ${listed(parts)}.`,
  ];
}

/** The cut that the sentence is about. */
const CUT = 0.1;

function cutSentence(analysis: StudyAnalysis): string[] {
  const parts = analysis.cuts
    .filter(({ cut }) => cut === CUT)
    .map(
      ({ column, speedup, slower }) =>
        `${times(speedup.median)} (${columnTitle(analysis, column)}; in ${percent(slower)} of cases it is slower)`,
    );
  if (parts.length === 0) return [];
  return [
    `Cutting ${percent(CUT, 0)} of the FLOPs makes a network faster by a median factor of ${listed(parts)}.`,
  ];
}

const NAMED_LAYERS = 3;

function layerSentence(analysis: StudyAnalysis): string[] {
  const named = ({ layers }: GapAttribution) =>
    listed(layers.slice(0, NAMED_LAYERS).map(({ name, share }) => `\`${name}\` (${percent(share, 0)})`));
  const sentences = analysis.gap
    .filter(({ column, latency }) => column === latency)
    .map(
      (each) =>
        `Latency by the ${columnTitle(analysis, each.column)} departs from FLOPs first of all in ${named(each)}: their shares of the variance that FLOPs leave.`,
    );
  const measured = analysis.gap.find(({ latency }) => latency === 'measured_us');
  if (measured !== undefined)
    sentences.push(
      `Of the variance that FLOPs leave of the measured latency, the calibrated layer times explain ${percent(measured.explained, 0)}; noise of measuring is in the rest.`,
    );
  return sentences;
}

/** What a study found, in sentences of Markdown whose every figure is the analysis's. */
export function studyFindings(analysis: StudyAnalysis): string[] {
  return [
    ...ranking(analysis),
    ...errorSentence(analysis),
    ...quietSentence(analysis),
    ...spreadSentence(analysis),
    ...boundSentence(analysis),
    ...choiceSentence(analysis),
    ...cutSentence(analysis),
    ...layerSentence(analysis),
  ];
}
