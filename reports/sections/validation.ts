// The report's section on validation: whole networks, predicted against measured.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import { predictedAgainstMeasuredChart } from '../charts/predicted-against-measured.ts';
import { FITTED, networkColours, predictedNetworks } from '../charts/predicted-networks.ts';
import { residualStrip } from '../charts/residual-strip.ts';
import { figure } from '../figure.ts';
import { html } from '../html.ts';
import { count, LATENCY_UNITS, percent, unitFor } from '../number-format.ts';
import { rungTitle } from '../rung-titles.ts';
import { type Section, section } from './section.ts';

/** Predicted against measured latency of whole networks, and what is left between them. */
export async function validationSection(calibration: CalibrationData, id: string): Promise<Section> {
  const { profile, networks: records, rungsUs, directory } = calibration;
  const title = 'Predicted and measured';
  const rungs = profile.rungs.map(({ model }) => model.rung);
  const predictedBy = (rung: string) => predictedNetworks(records, rungsUs[rung] ?? [], rung);
  const networks = predictedBy(profile.chosen);
  if (networks.length === 0) {
    return section(
      id,
      title,
      profile.name,
      records.length > 0
        ? html`<p>The ${count(records.length, 'measured network')} in ${directory} come from a model file, which a calibration does not keep: they cannot be predicted again here. How far predictions were off stands above.</p>`
        : html`<p>No measured networks are in ${directory}: <code>morphline calibrate</code> writes them to networks.csv.</p>`,
    );
  }
  const unit = unitFor(
    networks.map(({ measured }) => measured),
    LATENCY_UNITS,
  );
  const heldOut = networks.filter((network) => network.heldOut).length;
  const { repeatability, noise } = profile.validation;
  const [band, meaning] =
    noise == null
      ? [repeatability, 'by which two passes over the same networks differ']
      : [noise, 'that a perfect model would be off by on average: the noise of the measurements'];
  // What is chosen stands first: the drawing shows it.
  const ordered = [profile.chosen, ...rungs.filter((rung) => rung !== profile.chosen)];
  const all = ordered.flatMap(predictedBy);
  const charts = (list: typeof networks) => [
    (width: number) => predictedAgainstMeasuredChart(list, unit, width),
    (width: number) => residualStrip(list, band, unit, width),
  ];
  const drawing = await figure({
    legend: networkColours(networks).map(({ name, colour }) => ({
      label: name === FITTED ? 'used to fit or choose' : `${name}, held out`,
      colour,
      shape: 'dot',
      series: name,
    })),
    controls: [
      {
        signal: 'rung',
        label: 'Device model',
        options: ordered.map((rung) => ({
          value: rung,
          label: `${rungTitle(rung)}${rung === profile.chosen ? ' (chosen)' : ''}`,
        })),
      },
    ],
    charts: charts(networks),
    live: charts(all),
    caption: html`Above: on the line, prediction and measurement agree. Below: what separates them; the band is the ${percent(band)} ${meaning}. A slope or a bow in the coloured dots would be something that the model misses.`,
    label: `Predicted against measured latency of ${count(networks.length, 'network')}, and the relative error of each`,
  });
  return section(id, title, profile.name, [
    html`<p>${count(networks.length, 'network')} of different widths, ${heldOut} of them held out: coloured, and never seen by the fit.</p>`,
    drawing,
  ]);
}
