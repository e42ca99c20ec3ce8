// The report's section on the ladder: how wrong each device model is, beside the baselines.
import type { Validation } from '../../calibration/device-profile.ts';
import type { RungResult } from '../../calibration/ladder/rung-result.ts';
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import { html, type Markup } from '../html.ts';
import { correlation, count, integer, percent, signedPercent } from '../number-format.ts';
import { rungTitle } from '../rung-titles.ts';
import { table } from '../table.ts';
import { type Section, section } from './section.ts';

interface Row {
  readonly title: string;
  readonly note?: string;
  readonly mape: number;
  readonly result?: RungResult;
  readonly chosen?: boolean;
}

/** What the measurements themselves are off by. */
function noiseRow({ noise, repeatability }: Validation): Row {
  return noise == null
    ? { title: 'Repeatability', note: 'two halves of the session', mape: repeatability }
    : { title: 'A perfect model', note: 'noise of the measurements', mape: noise };
}

/** Why a session is invalid. */
function doubt({ noise, repeatability }: Validation): string {
  return noise == null
    ? `its networks repeat only within ${percent(repeatability)}`
    : `even a perfect model would show ${percent(noise)}`;
}

function ladderTable({ profile }: CalibrationData): Markup {
  const { validation } = profile;
  const rows: Row[] = [
    { title: 'FLOPs, scaled', note: 'baseline', mape: validation.baselines.flops },
    { title: 'V100 datasheet, scaled', note: 'baseline', mape: validation.baselines.v100 },
    { title: 'P100 datasheet, scaled', note: 'baseline', mape: validation.baselines.p100 },
    ...profile.rungs.map((result) => ({
      title: rungTitle(result.model.rung),
      mape: result.report.mape,
      result,
      chosen: result.model.rung === profile.chosen,
    })),
    noiseRow(validation),
  ];
  const largest = Math.max(...rows.map(({ mape }) => mape));
  return table<Row>(
    [
      {
        heading: 'Model',
        width: '33%',
        cell: ({ title, note, chosen }) =>
          html`${title}${chosen === true && ' (chosen)'}${note !== undefined && html` <span class="quiet">${note}</span>`}`,
      },
      {
        heading: 'Error, held out',
        width: '28%',
        bar: 'beside',
        cell: ({ mape }) => html`<span>${percent(mape)}</span>`,
        share: ({ mape }) => mape / largest,
      },
      {
        heading: 'Bias',
        align: 'number',
        cell: ({ result }) => (result ? signedPercent(result.report.bias) : ''),
      },
      {
        heading: 'Within 10 %',
        align: 'number',
        cell: ({ result }) => (result ? percent(result.report.within10, 0) : ''),
      },
      {
        heading: 'Spearman',
        align: 'number',
        cell: ({ result }) => (result ? correlation(result.report.spearman) : ''),
      },
      {
        heading: 'Error, choosing',
        align: 'number',
        cell: ({ result }) => (result ? percent(result.choose.mape) : ''),
      },
    ],
    rows,
    { marked: ({ chosen }) => chosen === true },
  );
}

type Law = [name: string, metrics: Validation['laws'][string]];

function lawTable({ laws }: Validation): Markup {
  return table<Law>(
    [
      { heading: 'Sampling law', cell: ([name]) => name },
      { heading: 'Networks', align: 'number', cell: ([, metrics]) => integer(metrics.networks) },
      { heading: 'Error', align: 'number', cell: ([, { mape }]) => percent(mape) },
      { heading: 'Bias', align: 'number', cell: ([, { bias }]) => signedPercent(bias) },
      { heading: 'Within 5 %', align: 'number', cell: ([, { within5 }]) => percent(within5, 0) },
      { heading: 'Within 10 %', align: 'number', cell: ([, { within10 }]) => percent(within10, 0) },
      { heading: 'Spearman', align: 'number', cell: ([, { spearman }]) => correlation(spearman) },
    ],
    Object.entries(laws).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** How wrong each model of the device is, beside the noise of the measurements and what needs no measuring. */
export function ladderSection(calibration: CalibrationData, id: string): Section {
  const { profile } = calibration;
  const { validation } = profile;
  const choosing = profile.rungs[0]?.choose.networks ?? 0;
  return section(id, 'How wrong each model is', profile.name, [
    html`<p>Mean of |predicted / measured − 1| over ${count(validation.networks, 'whole network')} that took no part in the fit. The model was chosen on ${count(choosing, 'other network')}. A baseline needs no kernel to be timed, but is scaled to fit.</p>`,
    !validation.valid &&
      html`<p>This session is invalid: ${doubt(validation)}, so no error near that means anything. Calibrate longer, or on a quieter machine.</p>`,
    ladderTable(calibration),
    Object.keys(validation.laws).length > 0 && [
      html`<p style="margin-top:40px">The chosen model by the law that the networks’ widths were drawn with.</p>`,
      lawTable(validation),
    ],
  ]);
}
