// The findings of a calibration as a terminal shows them.
import pc from 'picocolors';
import type { DeviceProfile, Validation } from '../../calibration/device-profile.ts';
import type { Interval } from '../../calibration/intervals/intervals.ts';
import { NOISE_LIMIT, REPEATABILITY_LIMIT } from '../../records/repeatability.ts';
import { percent, table } from '../terminal.ts';

/** 95 % interval of a parameter, or nothing where there is none. */
function interval95(interval: Interval | undefined, digits: number): string {
  return interval == null
    ? ''
    : pc.dim(` [${interval.low.toFixed(digits)}, ${interval.high.toFixed(digits)}]`);
}

/** What the measurements themselves are off by, and what that leaves of the error. */
function noiseRows({ noise, mape_without_noise: own, repeatability }: Validation): string[][] {
  if (noise == null) return [['  their repeatability', '', percent(repeatability), '']];
  const rows = [['  a perfect model (noise)', '', percent(noise), '']];
  if (own != null) {
    const interval = pc.dim(` [${percent(own.low)}, ${percent(own.high)}]`);
    rows.push(['  error without noise', '', `${percent(own.value)}${interval}`, '']);
  }
  return rows;
}

/** Why a session is invalid. */
function doubt({ noise, repeatability }: Validation): string {
  return noise == null
    ? `the same networks repeat within ${percent(repeatability)}, more than ${percent(REPEATABILITY_LIMIT, 0)}`
    : `a perfect model would show ${percent(noise)} against these measurements, more than ${percent(NOISE_LIMIT)}`;
}

/** What was re-scaled, and whether that will do. */
function transferText(
  { from, networks, common, classes, fits }: NonNullable<DeviceProfile['transfer']>,
  { mape }: Validation,
): string {
  const range = ({ factor, low, high }: typeof common) =>
    `${factor.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  const lines = [
    `re-scaled from ${pc.bold(from.name)} by ${networks} networks, each predicted by the others: kernels take ${range(common)} of the time they take there`,
    table(
      ['kernel class', 'time here over there', 'kernels'],
      Object.entries(classes).map(([name, each]) => [name, range(each), String(each.kernels)]),
    ),
  ];
  if (!fits) {
    lines.push(
      pc.yellow(
        `it does not fit: networks left out are off by ${percent(mape)}; calibrate without --from, or from a profile of a nearer device`,
      ),
    );
  }
  return lines.join('\n');
}

/** The findings of a calibration, for a terminal. */
export function calibrationSummary(profile: DeviceProfile): string {
  const { roofline, validation, engine } = profile;
  const lines = [
    `${pc.bold(profile.name)}  ${pc.dim(`${engine.provider} ${engine.version}, batch ${profile.settings.batch}`)}`,
    `compute rate ${pc.bold(roofline.computeRateGflops.toFixed(1))} GFLOP/s${interval95(roofline.intervals?.computeRateGflops, 1)}, bandwidth ${pc.bold(roofline.bandwidthGBps.toFixed(1))} GB/s${interval95(roofline.intervals?.bandwidthGBps, 1)}, overhead ${roofline.overheadUs.toFixed(2)} µs a kernel${interval95(roofline.intervals?.overheadUs, 2)}`,
    '',
    table(
      ['device model', 'error (choose)', 'error (report)', 'bias', 'within 10 %', 'Spearman'],
      profile.rungs.map(({ model, choose, report }) => [
        model.rung === profile.chosen ? `${model.rung} ${pc.green('✓')}` : model.rung,
        percent(choose.mape),
        percent(report.mape),
        percent(report.bias),
        percent(report.within10, 0),
        report.spearman?.toFixed(3) ?? '–',
      ]),
    ),
    '',
    table(
      [`held-out networks`, 'networks', 'error', 'bias'],
      [
        ...Object.entries(validation.laws).map(([law, { networks, mape, bias }]) => [
          law,
          String(networks),
          percent(mape),
          percent(bias),
        ]),
        ['all', String(validation.networks), percent(validation.mape), percent(validation.bias)],
        ['  FLOPs alone, scaled', '', percent(validation.baselines.flops), ''],
        ['  P100 roofline, scaled', '', percent(validation.baselines.p100), ''],
        ['  V100 roofline, scaled', '', percent(validation.baselines.v100), ''],
        ...noiseRows(validation),
      ],
    ),
  ];
  if (profile.transfer !== undefined) lines.push('', transferText(profile.transfer, validation));
  const others = Object.entries(validation.others ?? {});
  if (others.length > 0) {
    lines.push(
      '',
      table(
        ['families not fitted', 'networks', 'error', 'full network', 'classes never seen'],
        others.map(([name, { networks, mape, full, unseenClasses }]) => [
          name,
          String(networks),
          percent(mape),
          full === null ? '–' : percent(full),
          unseenClasses.join(', ') || 'none',
        ]),
      ),
    );
  }
  if (profile.unforeseen !== undefined) {
    const { share, ops } = profile.unforeseen;
    const names = Object.keys(ops).slice(0, 5).join(', ');
    lines.push(
      pc.yellow(
        `${percent(share)} of the recorded kernel time was left out of the fit: ${names} ran otherwise than the lowering foresees`,
      ),
    );
  }
  if (!validation.valid) {
    lines.push(
      pc.yellow(
        `invalid session: ${doubt(validation)}; give it a larger --budget, or calibrate again when the machine is quieter`,
      ),
    );
  }
  return lines.join('\n');
}
