// `morphline profile`: its flags.
import { type Command, Option } from 'commander';
import type { ProfileFlags } from '../actions/profile.ts';
import {
  engineOption,
  integerOption,
  modelCommand,
  parseDurationSeconds,
  seedOption,
  threadsOption,
} from '../options.ts';

/** Sub-networks of `--repeat` alone. */
const DEFAULT_REPEATED = 12;
const MOST_REPEATED = 10_000;

function overlayOption(): Option {
  return new Option(
    '--overlay <file>',
    'times on the network: .json for Model Explorer, .onnx for Netron, .dot or .svg; again for more',
  ).argParser((path: string, before: readonly string[] | undefined) => [...(before ?? []), path]);
}

export function profileCommand(program: Command): void {
  modelCommand(program, { name: 'profile', description: 'per layer: measured, predicted, roofline bound' })
    .addOption(engineOption())
    .option('--device <device>', 'a device.json of this engine, to predict beside')
    .option('--deployed', 'of a file: the network as we rewrite it for deployment alone, not the file itself')
    .option('--trace <file>', 'one run as trace events, for Perfetto and chrome://tracing')
    .addOption(overlayOption())
    .addOption(threadsOption())
    .addOption(seedOption())
    .option('--budget <time>', 'time for measuring, such as 20s', parseDurationSeconds, 20)
    .addOption(
      integerOption(
        '--repeat [networks]',
        `measure random sub-networks (${DEFAULT_REPEATED}) in two separate passes instead: how well timings repeat`,
        2,
        MOST_REPEATED,
      ),
    )
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (model: string, { repeat, ...flags }: ProfileFlags & { repeat?: number | true }) => {
      const { profile, profileRepeatability } = await import('../actions/profile.ts');
      if (repeat === undefined) await profile(model, flags);
      else await profileRepeatability(model, flags, repeat === true ? DEFAULT_REPEATED : repeat);
    });
}
