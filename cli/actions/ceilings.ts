// What `morphline ceilings` does: opens an engine, measures the peaks it reaches, and tells them.
import { join } from 'node:path';
import pc from 'picocolors';
import { measureCeilings } from '../../experiments/ceilings/ceilings.ts';
import { type CeilingsFlags, ceilingsSettings } from '../../experiments/ceilings/ceilings-settings.ts';
import { openEngine } from '../../profiler/engines/registry.ts';
import type { Ceilings } from '../../records/ceilings.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { ceilingsSummary } from './ceilings-text.ts';

async function measure(flags: CeilingsFlags): Promise<Ceilings> {
  const engine = await openEngine(flags.engine ?? undefined, { threads: flags.threads });
  const bar = progressBar('ceilings', flags.quiet);
  try {
    return await measureCeilings({
      ...ceilingsSettings.pickRecorded(flags),
      engine,
      out: flags.out,
      onProgress: bar.update,
    });
  } finally {
    bar.finish();
    await engine.close();
  }
}

/** @throws UserError for an engine that is not there, or a folder of another run */
export async function runCeilings(flags: CeilingsFlags): Promise<void> {
  const result = await measure(flags);
  if (flags.json) {
    printJson(result);
    return;
  }
  print(ceilingsSummary(result));
  print(`\n${pc.dim('ceilings:')} ${join(flags.out, 'ceilings.json')}`);
}
