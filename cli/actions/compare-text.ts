// What `compare` prints: the verdict, and both networks' times and memory beside each other.
import pc from 'picocolors';
import { type ComparisonResult, VERDICT_WORDS } from '../../records/comparison.ts';
import type { DeviceComparison } from '../../records/device-comparison.ts';
import { duration, engineering, percent, table } from '../terminal.ts';

const interval = ({ low, high }: Pick<ComparisonResult, 'low' | 'high'>) =>
  low === null || high === null ? '' : `, 95 %: ${low.toFixed(3)} … ${high.toFixed(3)}`;

/** What would decide it. */
function openText({ precision, decided_in_s: seconds }: ComparisonResult): string {
  if (seconds === null)
    return `not known yet: a larger --budget, or a larger --precision than ${percent(precision, 1)}, decides it`;
  return `not known yet: --budget ${Math.ceil(seconds / 10) * 10}s decides it, if the ratio is what it seems (or a larger --precision)`;
}

function sides({ a, b }: ComparisonResult): string {
  const us = (value: number | null) => (value === null ? '' : duration(value));
  const row = (side: ComparisonResult['a']) => [
    side.name,
    duration(side.latency_us),
    us(side.p50_us),
    us(side.p90_us),
    us(side.p99_us),
    side.jitter === null ? '' : percent(side.jitter),
    us(side.load_us),
    us(side.first_us),
    side.peak_memory_bytes === null ? '' : `${engineering(side.peak_memory_bytes)}B`,
  ];
  return table(
    ['network', 'latency', 'p50', 'p90', 'p99', 'jitter', 'load', 'first run', 'memory'],
    [row(a), row(b)],
  );
}

/** The verdict on two networks, and their times. */
export function comparisonText(result: ComparisonResult): string {
  const { a, b, ratio, verdict, p_b_faster: p, loads, seconds } = result;
  const lines = [
    `${pc.bold(b.name)} ${VERDICT_WORDS[verdict]} ${pc.bold(a.name)}: ${ratio.toFixed(3)} of its time${interval(result)}`,
    pc.dim(
      `faster with probability ${percent(p, 1)}; ${loads} loads in ${seconds.toFixed(0)} s on ${result.engine} ×${result.threads}, batch ${result.batch}`,
    ),
    sides(result),
  ];
  if (verdict === 'inconclusive') lines.push(pc.yellow(openText(result)));
  return lines.join('\n');
}

/** The verdict on two devices. */
export function deviceComparisonText(result: DeviceComparison): string {
  const { a, b, ratio, verdict, p_b_faster: p, network, batch } = result;
  const lines = [
    `${pc.bold(b.name)} ${VERDICT_WORDS[verdict]} ${pc.bold(a.name)} for ${network}: ${ratio.toFixed(3)} of its time${interval(result)}`,
    pc.dim(
      `${duration(b.latency_us)} against ${duration(a.latency_us)}, predicted, batch ${batch}${p === null ? '' : `; faster with probability ${percent(p, 1)}`}`,
    ),
  ];
  if (verdict === 'inconclusive') {
    lines.push(
      pc.yellow(
        result.low === null
          ? 'a datasheet does not say how far it is off: calibrate on the devices to know'
          : "within the profiles' own errors: calibrate longer, or measure on the devices, to know",
      ),
    );
  }
  return lines.join('\n');
}
