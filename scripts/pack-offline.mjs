// Packs the built suite with Node and its engines into one archive for a bare Linux x64 machine with a GPU driver:
//   node scripts/pack-offline.mjs [-o FILE] [--vulkan-loader libvulkan.so.1]
// See docs/offline.md. tfjs-node-gpu's native library is too large to go along.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const MOST_BYTES = 64 * 2 ** 20;
const LOADERS = [
  '/usr/lib/x86_64-linux-gnu/libvulkan.so.1',
  '/usr/lib64/libvulkan.so.1',
  '/usr/lib/chromium/libvulkan.so.1',
];
/** Files of packages that nothing loads at run time. */
const LEFT_OUT = [
  /\.(map|md|markdown|d\.[cm]?ts|ts|flow|tsbuildinfo|TOC)$/i,
  /(^|\/)(docs?|examples?|tests?|__tests__|benchmarks?|\.github)\//,
  /\.(test|spec)\.[cm]?js$/,
  // Binaries of other systems.
  /(^|\/)(darwin|win32|linux\/arm64|linux-arm64|darwin-[a-z0-9]+|win32-[a-z0-9]+)(\/|$)/,
  // tfjs ships each package a dozen times; Node loads its *.node.js.
  /@tensorflow\/[^/]+\/dist\/(?!.*\.node\.js$|.*\.wasm$|tfjs_binding).+/,
  /@tensorflow\/[^/]+\/src\//,
  /vega(-lite)?\/build\/.*\.min\.js$/,
];
const PACKAGES_LEFT_OUT = /node_modules\/@tensorflow\/tfjs-node-gpu(\/|$)/;

function fail(got, expected, fix) {
  process.stderr.write(`pack-offline: got ${got}; expected ${expected}; ${fix}\n`);
  process.exit(2);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr || result.error}`);
  return result.stdout;
}

const { values: flags } = parseArgs({
  options: {
    output: { type: 'string', short: 'o', default: 'morphline-linux-x64.tar.xz' },
    'vulkan-loader': { type: 'string' },
  },
});
if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail(`${process.platform} ${process.arch}`, 'Linux x64, whose Node goes along', 'pack on such a machine');
}
const loader = flags['vulkan-loader'] ?? LOADERS.find((path) => existsSync(path));
if (loader === undefined || !existsSync(loader)) {
  fail(
    loader ?? 'no Vulkan loader',
    'libvulkan.so.1',
    'install libvulkan1, or name one with --vulkan-loader',
  );
}

buildIfStale(root);
const staging = mkdtempSync(join(tmpdir(), 'morphline-pack-'));
const target = join(staging, 'morphline');
mkdirSync(join(target, 'lib'), { recursive: true });
const keeps = (path) => {
  const name = relative(root, path).split(sep).join('/');
  if (PACKAGES_LEFT_OUT.test(name)) return false;
  return !LEFT_OUT.some((pattern) => pattern.test(statSync(path).isDirectory() ? `${name}/` : name));
};
for (const path of run('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: root })
  .trim()
  .split('\n')) {
  if (path === root || !existsSync(path)) continue;
  cpSync(path, join(target, relative(root, path)), {
    recursive: true,
    dereference: true,
    filter: (from) => (from === path || !relative(path, from).startsWith('node_modules')) && keeps(from),
  });
}
cpSync(join(root, 'dist'), join(target, 'dist'), {
  recursive: true,
  filter: (from) => !/\.(d\.ts|map|tsbuildinfo)$/.test(from) && !from.includes(`${sep}bench`),
});
cpSync(join(root, 'profiles'), join(target, 'profiles'), { recursive: true });
for (const file of ['package.json', 'LICENSE', 'README.md']) cpSync(join(root, file), join(target, file));
cpSync(process.execPath, join(target, 'lib', 'node'), { dereference: true });
cpSync(loader, join(target, 'lib', 'libvulkan.so.1'), { dereference: true });
spawnSync('strip', [join(target, 'lib', 'node')]);
writeFileSync(
  join(target, 'morphline'),
  `#!/bin/sh
# Runs Morphline with the Node and the Vulkan loader beside it; a loader of the system comes first.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/lib/x86_64-linux-gnu:/usr/lib64:$here/lib"
export LD_LIBRARY_PATH
# Containers with an NVIDIA GPU may keep the driver's description elsewhere.
nvidia=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
if [ -z "\${VK_DRIVER_FILES:-}" ] && [ -e "$nvidia" ]; then export VK_DRIVER_FILES="$nvidia"; fi
: "\${XDG_RUNTIME_DIR:=/tmp}"
export XDG_RUNTIME_DIR
exec "$here/lib/node" "$here/dist/cli/main.js" "$@"
`,
  { mode: 0o755 },
);
cpSync(join(root, 'scripts', 'gpu-session.mjs'), join(target, 'scripts', 'gpu-session.mjs'));
writeFileSync(
  join(target, 'gpu-session'),
  readFileSync(join(target, 'morphline'), 'utf8').replace('dist/cli/main.js', 'scripts/gpu-session.mjs'),
  { mode: 0o755 },
);
const output = resolve(flags.output);
mkdirSync(dirname(output), { recursive: true });
run('tar', ['-C', staging, '-cf', output, '-I', 'xz -6 -T0', basename(target)]);
rmSync(staging, { recursive: true, force: true });
const { size } = statSync(output);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
process.stdout.write(
  `${output}: morphline ${version}, Node ${process.versions.node}, ${(size / 2 ** 20).toFixed(1)} MiB\n`,
);
if (size > MOST_BYTES) {
  process.stderr.write(`pack-offline: ${output} is larger than ${MOST_BYTES / 2 ** 20} MiB\n`);
  process.exit(1);
}
