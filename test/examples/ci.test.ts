// The workflow of examples/ci: read as YAML, its commands run in a repository such as it is for.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { morphline } from '../cli/run-cli.ts';
import { BUILT, ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';

const EXAMPLE = join(ROOT, 'examples', 'ci');
const folder = temporaryFolder();
const repository = join(folder, 'repository');

interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<
    string,
    { 'runs-on': string; steps: { uses?: string; run?: string; with?: object }[] }
  >;
}
const workflow = parse(readFileSync(join(EXAMPLE, 'latency-budget.yml'), 'utf8')) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

/** `npx` that runs what is built here. */
function npx(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const main = fileURLToPath(`${BUILT}/cli/main.js`);
  writeFileSync(
    join(bin, 'npx'),
    `#!/bin/sh\n[ "$1 $2" = "--no-install morphline" ] || exit 127\nshift 2\nexec "${process.execPath}" "${main}" "$@"\n`,
  );
  chmodSync(join(bin, 'npx'), 0o755);
  return bin;
}

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: repository });

function run(command: string, path: string): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      PATH: `${path}:${process.env.PATH}`,
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    };
    execFile('bash', ['-e', '-c', command], { cwd: repository, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve({ status: typeof code === 'number' ? code : -1, output: stdout + stderr });
    });
  });
}

test('the workflow has what GitHub asks of one, and the history that baselines are in', () => {
  expect(Object.keys(workflow.on)).toEqual(['pull_request', 'push']);
  expect(workflow.permissions).toEqual({ contents: 'read' });
  for (const { uses, run: command } of steps)
    expect([uses, command].filter((each) => each !== undefined)).toHaveLength(1);
  expect(steps.find(({ uses }) => uses?.startsWith('actions/checkout@'))?.with).toEqual({ 'fetch-depth': 0 });
});

test('its check passes on a network that stayed the same, and fails on one that grew', async () => {
  mkdirSync(repository);
  cpSync(join(EXAMPLE, 'morphline.budget.json'), join(repository, 'morphline.budget.json'));
  cpSync(
    join(ROOT, 'profiles', 'amd-epyc-onnxruntime-1-thread-inception-mobilenet-resnet.json'),
    join(repository, 'device.json'),
  );
  const write = (...flags: string[]) =>
    morphline(['export', 'mobilenet-v1-32', '-o', join(repository, 'network.onnx'), ...flags]);
  await write();
  const bin = npx();
  expect(await run('npx --no-install morphline check --update', bin)).toMatchObject({ status: 0 });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  // A wide limit: what other tests run beside this one makes the machine noisy.
  const budget = join(repository, 'morphline.budget.json');
  writeFileSync(budget, readFileSync(budget, 'utf8').replace('1.05', '1.9'));
  const commands = steps.flatMap(({ run: command }) =>
    // It ends when it is decided: seconds on a machine of one's own, minutes where others measure and build.
    command?.includes('morphline') ? [command.replace('--budget 3m', '--budget 8m')] : [],
  );
  expect(commands.join()).toContain('--budget 8m');
  expect(commands).toHaveLength(1);
  expect(await run(commands[0] as string, bin)).toEqual({
    status: 0,
    output: expect.stringContaining('6 of 6 limits kept'),
  });
  expect(readFileSync(join(repository, 'budget.xml'), 'utf8')).toContain('failures="0"');
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('6 limits kept');
  await write('--width-multiplier', '3');
  const grown = await run(commands[0] as string, bin);
  expect(grown.status).toBe(1);
  expect(grown.output).toMatch(
    /measured_latency_ratio of network\.onnx, measured against network\.onnx of origin\/main: /,
  );
  expect(grown.output).toContain('6 broken');
}, 1_200_000);
