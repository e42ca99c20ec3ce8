// What `morphline compare` does: measures networks against the first, and says which is faster.
import { existsSync } from 'node:fs';
import pc from 'picocolors';
import { type Contestant, compareNetworks } from '../../experiments/compare/compare-networks.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import type { ComparisonResult } from '../../records/comparison.ts';
import { UserError } from '../../records/user-error.ts';
import { openNetwork, sizedPlan } from '../models.ts';
import { type CommonFlags, positiveNumber, type WidthFlags } from '../options.ts';
import { duration, percent, print, printJson, progressBar } from '../terminal.ts';

export interface CompareFlags extends CommonFlags {
  readonly engine?: string;
  readonly batch: number;
  readonly threads: number;
  readonly seed: number;
  readonly precision: number;
  readonly budget: number;
}

/** Exit code of a comparison that its budget left open. */
const INCONCLUSIVE = 3;

/** `inception-v2@0.5`, `FILE@widths.json`: the model, and the flags that `profile` would have. */
function sized(text: string): { model: string; flags: WidthFlags } {
  const at = text.lastIndexOf('@');
  if (at <= 0 || existsSync(text)) return { model: text, flags: {} };
  const [model, size] = [text.slice(0, at), text.slice(at + 1)];
  return size.endsWith('.json')
    ? { model, flags: { widths: size } }
    : { model, flags: { widthMultiplier: positiveNumber('width-multiplier')(size) } };
}

async function contestant(text: string): Promise<Contestant> {
  const { model, flags } = sized(text);
  const { plan, widths } = sizedPlan(await openNetwork(model), flags);
  return { name: text, network: resizeNetwork(plan, widths) };
}

const SAID: Readonly<Record<ComparisonResult['verdict'], string>> = {
  'b-faster': 'is faster than',
  'b-slower': 'is slower than',
  same: 'is as fast as',
  inconclusive: 'is not told apart from',
};

function said(result: ComparisonResult): string {
  const { a, b, ratio, low, high, verdict, p_b_faster: p, precision, loads, seconds } = result;
  const interval = low === null || high === null ? '' : `, 95 %: ${low.toFixed(3)} … ${high.toFixed(3)}`;
  const lines = [
    `${pc.bold(b.name)} ${SAID[verdict]} ${pc.bold(a.name)}: ${ratio.toFixed(3)} of its time${interval}`,
    pc.dim(
      `${duration(b.latency_us)} against ${duration(a.latency_us)}; faster with probability ${percent(p, 1)}; ${loads} loads in ${seconds.toFixed(0)} s on ${result.engine} ×${result.threads}`,
    ),
  ];
  if (verdict === 'inconclusive')
    lines.push(
      pc.yellow(`not known to ${percent(precision, 1)} yet: a larger --budget or --precision decides it`),
    );
  return lines.join('\n');
}

/**
 * Compares each B with A, one after the other.
 * @returns the exit code: 0 where all are known, 3 where one is not
 * @throws UserError for a network or engine that is not there, and for widths that do not fit
 */
export async function compare(a: string, others: readonly string[], flags: CompareFlags): Promise<number> {
  const { engine, batch, threads, seed, precision, budget: budgetSeconds } = flags;
  const [first, ...rest] = await Promise.all([a, ...others].map(contestant));
  if (first === undefined || rest.length === 0)
    throw new UserError({ got: 'one network', expected: 'two or more', fix: 'name another one' });
  const measurer = await openIsolated({ threads, ...(engine === undefined ? {} : { engine }) });
  const results: ComparisonResult[] = [];
  try {
    for (const b of rest) {
      const bar = progressBar('compare', flags.quiet === true || flags.json === true);
      const result = await compareNetworks({
        measurer,
        a: first,
        b,
        batch,
        seed,
        precision,
        budgetSeconds,
        onProgress: bar.update,
      });
      bar.finish();
      results.push(result);
      if (flags.json !== true) print(said(result));
    }
  } finally {
    await measurer.close();
  }
  if (flags.json === true) printJson(results.length === 1 ? results[0] : results);
  return results.every(({ conclusive }) => conclusive) ? 0 : INCONCLUSIVE;
}
