// The report's section on several devices: what was fitted to each, side by side.
import type { CalibrationData } from '../../experiments/results/calibration-results.ts';
import { html } from '../html.ts';
import { instant, percent, significant } from '../number-format.ts';
import { type Column, table } from '../table.ts';
import { type Section, section } from './section.ts';

interface Device extends CalibrationData {
  /** Id of its own section. */
  readonly id: string;
}

/** Calibrated devices side by side; its bars compare them. */
export function devicesSection(calibrations: readonly CalibrationData[], id: string): Section {
  const devices = calibrations.map((data, i): Device => ({ ...data, id: `machine-${i + 1}` }));
  const figures = (heading: string, unit: string, of: (device: Device) => number): Column<Device> => {
    const largest = Math.max(...devices.map(of));
    return {
      heading: html`${heading}<br>${unit}`,
      align: 'number',
      cell: (device) => significant(of(device)),
      share: (device) => (largest > 0 ? of(device) / largest : null),
    };
  };
  return section(id, 'Devices side by side', '', [
    html`<p>The roofline that was fitted to each device, and how far its model is off on networks that it never saw.</p>`,
    table<Device>(
      [
        {
          heading: 'Device',
          width: '30%',
          cell: ({ id: target, profile }) => html`<a href="#${target}">${profile.name}</a>`,
        },
        figures('Compute', 'GFLOP/s', ({ profile }) => profile.roofline.computeRateGflops),
        figures('Bandwidth', 'GB/s', ({ profile }) => profile.roofline.bandwidthGBps),
        figures('Per kernel', 'µs', ({ profile }) => profile.roofline.overheadUs),
        {
          heading: html`Error,<br>held out`,
          align: 'number',
          cell: ({ profile }) => percent(profile.validation.mape),
        },
        {
          heading: html`Noise<br>of that`,
          align: 'number',
          cell: ({ profile: { validation } }) => (validation.noise == null ? '' : percent(validation.noise)),
        },
        { heading: 'Valid', cell: ({ profile }) => (profile.validation.valid ? 'yes' : 'no') },
        { heading: 'Measured', cell: ({ profile }) => instant(profile.measuredAt).split(',')[0] ?? '' },
      ],
      devices,
    ),
  ]);
}
