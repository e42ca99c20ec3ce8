// `morphline check`: its flags.
import type { Command } from 'commander';
import type { CheckFlags } from '../actions/check.ts';
import { parseDurationSeconds, resultOption, seedOption } from '../options.ts';

export function checkCommand(program: Command): void {
  program
    .command('check')
    .description('a latency budget in CI: what networks may cost, against what they do')
    .option('--budget-file <file>', 'what they may cost', 'morphline.budget.json')
    .option('--update', "write today's values into it instead, of all limits but measured ratios")
    .option('--junit <file>', 'the results as JUnit XML too')
    .option('--summary <file>', 'the results as Markdown too, appended (default: $GITHUB_STEP_SUMMARY)')
    .option('--budget <time>', 'time for each measured limit, at most', parseDurationSeconds, 60)
    .addOption(seedOption())
    .addOption(resultOption())
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (flags: CheckFlags) => {
      const { check } = await import('../actions/check.ts');
      process.exitCode = await check(flags);
    });
}
