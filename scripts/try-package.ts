// The package as a stranger gets it: packed, installed into an empty project, tried: node scripts/run.mjs try-package [NODE…]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Major versions of Node; npm has them as packages. */
const NODES = ['20', '22', '24'];
const FEW_SECONDS = '5s';

interface Tried {
  readonly what: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** The last line that it said. */
  readonly said: string;
}

const tried: Tried[] = [];

/** Runs a command, tells how it went, and returns what it printed; undefined where it failed. */
function attempt(what: string, command: string, args: readonly string[], cwd: string): string | undefined {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  const ok = status === 0;
  const said = `${ok ? stdout : stderr}`.trim().split('\n').at(-1) ?? '';
  const seconds = (performance.now() - startMs) / 1e3;
  tried.push({ what, ok, seconds, said });
  process.stdout.write(
    `${ok ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(6)} s  ${what}${ok ? '' : `: ${said}`}\n`,
  );
  return ok ? stdout : undefined;
}

/** Folders of a package in a project, however deep. */
function copiesOf(name: string, folder: string): string[] {
  const path = join(folder, 'node_modules');
  const entries = (from: string) =>
    readdirSync(from, { withFileTypes: true }).filter((each) => each.isDirectory());
  let packages: string[];
  try {
    packages = entries(path).flatMap((each) =>
      each.name.startsWith('@')
        ? entries(join(path, each.name)).map((own) => join(each.name, own.name))
        : [each.name],
    );
  } catch {
    return [];
  }
  return packages.flatMap((each) => [
    ...(each === name ? [join(path, each)] : []),
    ...copiesOf(name, join(path, each)),
  ]);
}

/** A binary of Node, from npm: its own package brings it by an install script, which is not run. */
function nodeOf(major: string, folder: string): string | undefined {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  mkdirSync(folder, { recursive: true });
  const args = [
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--prefer-offline',
    `${name}@${major}`,
  ];
  if (attempt(`Node ${major} from npm`, 'npm', args, folder) === undefined) return undefined;
  return join(folder, 'node_modules', name, 'bin', 'node');
}

/** A stranger's program: one entry for Node, one that browsers have, one copy of tfjs for both. */
const PROGRAM = `
import * as tf from '@tensorflow/tfjs';
import { openDevice, openTrainingEngine } from 'morphline';
import { GammaLatency } from 'morphline/morphnet';
await openTrainingEngine('wasm');
const model = tf.sequential({ layers: [
  tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 8, kernelSize: 3, useBias: false }),
  tf.layers.batchNormalization(), tf.layers.reLU(), tf.layers.globalAveragePooling2d({}), tf.layers.dense({ units: 2 }),
] });
console.log(new GammaLatency(model, { device: openDevice('p100') }).cost());
`;

function tryOn(node: string, label: string, project: string): void {
  const main = join(project, 'node_modules', 'morphline', 'dist', 'cli', 'main.js');
  const run = (...args: string[]) =>
    attempt(`${label}: morphline ${args.join(' ')}`, node, [main, ...args], project);
  run('--help');
  run('--version');
  run('engines', '--json');
  run('predict', 'inception-v2', '--device', 'p100', '--json');
  run(
    'calibrate',
    '--engine',
    'wasm',
    '--network',
    'inception-32',
    '--budget',
    FEW_SECONDS,
    '--out',
    `device-${label}`,
  );
  run('predict', 'inception-32', '--device', join(`device-${label}`, 'device.json'), '--json');
  attempt(`${label}: a program of one's own`, node, [join(project, 'program.mjs')], project);
}

export function main(root: string, args: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'morphline-try-'));
  try {
    const project = join(folder, 'project');
    mkdirSync(project);
    const packed = attempt(
      'npm pack',
      'npm',
      ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
      root,
    );
    if (packed === undefined) return 1;
    const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
    process.stdout.write(`       ${(statSync(tarball).size / 2 ** 20).toFixed(2)} MiB\n`);
    writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true }\n');
    const install = [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--prefer-offline',
      tarball,
      '@tensorflow/tfjs@^4',
    ];
    if (attempt('npm install', 'npm', install, project) === undefined) return 1;
    writeFileSync(join(project, 'program.mjs'), PROGRAM);
    const cores = copiesOf(join('@tensorflow', 'tfjs-core'), project);
    tried.push({ what: 'one copy of tfjs-core', ok: cores.length === 1, seconds: 0, said: cores.join(', ') });
    process.stdout.write(
      `${cores.length === 1 ? 'ok    ' : 'FAILED'}          ${cores.length} copy of tfjs-core\n`,
    );
    attempt('npx morphline --version', 'npx', ['--no-install', 'morphline', '--version'], project);
    for (const major of args.length > 0 ? args : NODES) {
      const node = nodeOf(major, join(folder, `node-${major}`));
      if (node !== undefined) tryOn(node, `node${major}`, project);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tried.every(({ ok }) => ok) ? 0 : 1;
}
