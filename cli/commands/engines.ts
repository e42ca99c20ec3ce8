import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { installOnnxruntimeCuda } from '../../profiler/engines/onnxruntime/install-cuda.ts';
import {
  defaultEngine,
  defaultTrainingEngine,
  type EngineStatus,
  engineStatuses,
} from '../../profiler/engines/registry.ts';
import { installTensorflow } from '../../profiler/engines/tensorflow/install.ts';
import { print, printJson, table } from '../terminal.ts';

/** Native parts that no npm package holds, by the name that `--install` takes. */
const INSTALLERS: Readonly<Record<string, (report: (line: string) => void) => Promise<string>>> = {
  tensorflow: installTensorflow,
  'onnxruntime-cuda': installOnnxruntimeCuda,
};

function asJson({ name, trains, availability }: EngineStatus) {
  return availability.available
    ? { name, available: true, reason: null, remedy: null, adapters: availability.adapters, trains }
    : {
        name,
        available: false,
        reason: availability.reason,
        remedy: availability.remedy,
        adapters: [],
        trains,
      };
}

const KINDS = { gpu: 'GPU', cpu: 'CPU', software: 'software' } as const;

function rowsOf({ name, trains, availability }: EngineStatus): string[][] {
  const does = trains ? 'yes' : 'no';
  if (!availability.available) return [[pc.red(name), '–', 'not here', '–', does]];
  return availability.adapters.map(({ name: adapter, kind, driver }, index) =>
    index === 0
      ? [pc.green(name), KINDS[kind], adapter, driver, does]
      : ['', KINDS[kind], adapter, driver, ''],
  );
}

async function show(statuses: readonly EngineStatus[]): Promise<void> {
  print(table(['engine', 'on', 'processor', 'driver', 'trains'], statuses.flatMap(rowsOf)));
  print('');
  print(
    `by default ${pc.bold(await defaultEngine())} measures and ${pc.bold(await defaultTrainingEngine())} trains`,
  );
  for (const { name, availability } of statuses) {
    if (availability.available) continue;
    print(`\n${pc.red(name)}: ${availability.reason}`);
    print(`  to get it: ${availability.remedy}`);
  }
}

export function enginesCommand(program: Command): void {
  program
    .command('engines')
    .description('what can run here, and how to get the rest')
    .option('--json', 'machine-readable output')
    .addOption(
      new Option('--install <what>', 'bring native parts that npm does not').choices(Object.keys(INSTALLERS)),
    )
    .action(async (flags: { json?: boolean; install?: string }) => {
      const install = INSTALLERS[flags.install ?? ''];
      if (install !== undefined) {
        const made = await install((line) => process.stderr.write(`${line}\n`));
        print(`installed: ${made}`);
        return;
      }
      const statuses = await engineStatuses();
      if (flags.json === true) printJson(statuses.map(asJson));
      else await show(statuses);
    });
}
