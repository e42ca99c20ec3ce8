// What `explain` prints: the waterfall with its bars, the layers that changed most, and what to change next.
import pc from 'picocolors';
import { causeWords } from '../../records/cause-words.ts';
import type { Explanation, LayerChange, WaterfallBar, WidthChange } from '../../records/explanation.ts';
import { duration, engineering, percent, table } from '../terminal.ts';

const BAR_COLUMNS = 36;
/** Causes of one layer that are listed. */
const LAYER_CAUSES = 2;

const signed = (us: number) => `${us < 0 ? '−' : '+'}${duration(Math.abs(us))}`;

/** A bar from one time to another, on a scale whose end is the last column. */
function barText({ from_us, to_us, kind }: WaterfallBar, mostUs: number): string {
  const column = (us: number) => Math.round((BAR_COLUMNS * us) / mostUs);
  const [first, last] = [column(Math.min(from_us, to_us)), column(Math.max(from_us, to_us))];
  const mark = kind === 'total' ? '█' : to_us > from_us ? '▓' : '░';
  const text = ' '.repeat(first) + (last > first ? mark.repeat(last - first) : '▏');
  if (kind === 'total') return pc.bold(text);
  return to_us > from_us ? pc.red(text) : pc.green(text);
}

function waterfallTable({ waterfall, a, b }: Explanation): string {
  const mostUs = Math.max(...waterfall.flatMap(({ from_us, to_us }) => [from_us, to_us]));
  const last = waterfall.length - 1;
  return table(
    ['', 'time', 'of A', 'layers', ''],
    waterfall.map((bar, index) => [
      bar.cause === null
        ? index === last
          ? `B  ${b.name}`
          : `A  ${a.name}`
        : causeWords(bar.cause, bar.delta_us),
      bar.cause === null ? duration(bar.to_us) : signed(bar.delta_us),
      `${bar.delta_us < 0 ? '−' : ''}${percent(Math.abs(bar.delta_us) / a.latency_us)}`,
      bar.cause === null ? '' : String(bar.layers),
      barText(bar, mostUs),
    ]),
  );
}

const change = ({ layer, width, to }: WidthChange) => `${layer} ${width} → ${to}`;

function layerRow({ layer, a_us, b_us, delta_us, causes, next_cheap_width: next }: LayerChange): string[] {
  const told = causes
    .slice(0, LAYER_CAUSES)
    .map(
      ({ cause, delta_us: us, detail }) =>
        `${causeWords(cause, us)} ${signed(us)}${detail === '' ? '' : ` (${detail})`}`,
    );
  return [
    layer,
    a_us === 0 ? '' : duration(a_us),
    b_us === 0 ? '' : duration(b_us),
    signed(delta_us),
    `${told.join('; ')}${next === null ? '' : `; next cheap width: ${change(next)}`}`,
  ];
}

function adviceText({ advice, advice_gain_us, b }: Explanation): string {
  if (advice.length === 0) return `No near width of ${b.name} is predicted to be faster.`;
  const lines = advice.map(
    (each) => `  ${change(each)}: −${duration(each.gain_us)}, ${percent(each.gain_us / b.latency_us)} of it`,
  );
  const together = advice.length > 1 ? `\n  together: ${signed(-advice_gain_us)} predicted` : '';
  return `${pc.bold('What to change')} (predicted, each alone):\n${lines.join('\n')}${together}`;
}

/** @param layers that are listed at most */
export function explanationText(explanation: Explanation, layers: number, stale: readonly string[]): string {
  const { a, b, ratio, basis, device, batch, difference_us, unseen_classes: unseen } = explanation;
  const noise = [a, b].flatMap(({ standard_error }) => standard_error ?? []);
  const lines = [
    `${pc.bold(b.name)} takes ${ratio.toFixed(3)} of the time of ${pc.bold(a.name)}, ${signed(difference_us)}, with ${(b.flops / a.flops).toFixed(3)} of its FLOPs (${engineering(b.flops)} of ${engineering(a.flops)}): ${basis} on ${device}, batch ${batch}`,
    '',
    waterfallTable(explanation),
    '',
  ];
  const shown = explanation.layers.slice(0, layers);
  if (shown.length > 0) {
    lines.push(table(['layer', 'A', 'B', 'change', 'causes'], shown.map(layerRow)));
    const left = explanation.layers.length - shown.length;
    if (left > 0)
      lines.push(pc.dim(`and ${left} layers that changed less (--layers ${explanation.layers.length})`));
    lines.push('');
  }
  lines.push(adviceText(explanation));
  if (noise.length > 0)
    lines.push(
      pc.dim(`noise (standard error): ${noise.map((error) => percent(error, 2)).join(' and ')} of A and B`),
    );
  if (unseen.length > 0)
    lines.push(
      pc.yellow(`class unseen: ${unseen.join(', ')} (told from the roofline: causes of these are rough)`),
    );
  for (const difference of stale) lines.push(pc.yellow(`stale profile: ${difference}; calibrate again`));
  return lines.join('\n');
}
