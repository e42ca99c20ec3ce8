// What `morphline quickstart` does: the whole job, a report of it, and its first findings on the terminal.
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import { quickstart } from '../../experiments/quickstart/quickstart.ts';
import type { QuickstartFlags } from '../../experiments/quickstart/quickstart-settings.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { writeReport } from './report.ts';

/** Sentences of findings that it ends with. */
const FINDINGS = 3;

export async function quickstartFromFlags(flags: QuickstartFlags): Promise<void> {
  const { out, seed, engine, threads, json, quiet } = flags;
  const bar = progressBar('quickstart', quiet);
  const folders = await quickstart({
    out,
    seed,
    openMeasurer: () => openIsolated({ engine: engine ?? undefined, threads }),
    openTrainingEngine: () => openTrainingEngine(),
    onProgress: bar.update,
  });
  bar.finish();
  const report = join(out, 'report.html');
  const { findings } = await writeReport(folders, {
    formats: ['html'],
    output: { file: report },
    title: 'Morphline quickstart',
  });
  const sentences = findings.slice(0, FINDINGS);
  if (json) {
    printJson({ report: resolve(report), findings: sentences, folders });
    return;
  }
  for (const sentence of sentences) print(`${pc.cyan('•')} ${sentence}`);
  print(`\n${pc.dim('report:')} ${pc.bold(resolve(report))}`);
}
