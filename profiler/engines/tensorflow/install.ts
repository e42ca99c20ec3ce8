// Brings libtensorflow: linked to a TensorFlow for Python, else downloaded.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { UserError } from '../../../records/user-error.ts';
import { networkError, runTool } from '../run-tool.ts';
import { TENSORFLOW_PACKAGE_REMEDY, type TensorflowPackage, tensorflowPackages } from './package.ts';

const AGAIN = 'then run morphline engines --install tensorflow again';

/** Libraries of a Python TensorFlow that the addon is linked to, as of TensorFlow 2.16 to 2.21 on Linux. */
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const FIND_TENSORFLOW =
  'import importlib.util as u; s = u.find_spec("tensorflow"); print(s.submodule_search_locations[0] if s else "")';

/** Loads the addon as the engine does, and computes something. */
const TRY_ADDON = `
  const util = require('node:util');
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const tf = require(process.argv[1]);
  const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
  if (product !== 11) throw new Error('it computes wrong: ' + product);
  const { binding, isUsingGpuDevice } = tf.backend();
  console.log('TensorFlow ' + binding.TF_Version + (isUsingGpuDevice ? ' on CUDA' : ' on the CPU'));`;

/** The folder of a TensorFlow for Python with its libraries and headers: Python's own, or one unpacked in the cache. */
async function pythonTensorflow(): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const { status, lines } = await runTool(process.env.PYTHON ?? 'python3', ['-c', FIND_TENSORFLOW]);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folders = [
    ...(status === 0 ? [lines.at(-1) ?? ''] : []),
    join(cache, 'tensorflow-native', 'tensorflow'),
  ];
  const complete = (folder: string) =>
    folder !== '' && [...LIBRARIES, 'include'].every((part) => existsSync(join(folder, part)));
  return folders.find(complete) ?? null;
}

/** The folder with node_api.h. */
function nodeHeaders(): string {
  const folders = [
    process.env.NODE_INCLUDE ?? '',
    join(dirname(dirname(process.execPath)), 'include', 'node'),
    join(homedir(), '.cache', 'node-gyp', process.versions.node, 'include', 'node'),
    '/usr/include/node',
  ];
  const found = folders.find((folder) => folder !== '' && existsSync(join(folder, 'node_api.h')));
  if (found !== undefined) return found;
  throw new UserError({
    got: `no node_api.h beside ${process.execPath}`,
    expected: "Node's headers, to link the addon",
    fix: `set NODE_INCLUDE to the folder that holds them, or run npx node-gyp install, ${AGAIN}`,
  });
}

/** Compiles the package's addon against the libraries of a Python TensorFlow. */
async function link(target: TensorflowPackage, tensorflow: string): Promise<void> {
  const headers = nodeHeaders();
  const compiler = process.env.CXX ?? 'g++';
  const napi = Math.min(8, Number(process.versions.napi));
  await mkdir(dirname(target.addon), { recursive: true });
  // A process that runs the old addon keeps it: the new one takes its place in one step.
  const made = `${target.addon}.${process.pid}`;
  const { status, lines } = await runTool(
    compiler,
    [
      ...['-O2', '-fPIC', '-shared', '-std=c++17', '-w', `-DNAPI_VERSION=${napi}`],
      ...[`-I${headers}`, `-I${join(tensorflow, 'include')}`],
      ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc', '-o', made],
      ...[`-L${tensorflow}`, ...LIBRARIES.map((library) => `-l:${library}`), `-Wl,-rpath,${tensorflow}`],
    ],
    { cwd: target.folder },
  );
  if (status === 0) {
    await rename(made, target.addon);
    return;
  }
  await rm(made, { force: true });
  if (status === null) {
    throw new UserError({
      got: `no C++ compiler (${compiler})`,
      expected: `one, to link ${target.name} to the TensorFlow in ${tensorflow}`,
      fix: `apt-get install g++, ${AGAIN}`,
    });
  }
  throw new UserError({
    got: `an addon that does not compile against ${tensorflow} (${lines.find((line) => /error/i.test(line)) ?? `status ${status}`})`,
    expected: 'TensorFlow 2.16 to 2.21 and a compiler of C++17',
    fix: `install such a TensorFlow with pip, ${AGAIN}`,
  });
}

/** The package's own download of libtensorflow. */
async function download(target: TensorflowPackage, report: (line: string) => void): Promise<void> {
  const modules = dirname(dirname(target.folder));
  const tools = [join(target.folder, 'node_modules', '.bin'), join(modules, '.bin'), process.env.PATH ?? ''];
  const { status, lines } = await runTool(
    process.execPath,
    [join('scripts', 'install.js'), target.name.endsWith('-gpu') ? 'gpu' : 'cpu', 'download'],
    { cwd: target.folder, env: { ...process.env, PATH: tools.join(delimiter) }, onOutput: report },
  );
  if (status === 0) return;
  const offline = networkError(lines);
  throw new UserError({
    got:
      offline === undefined ? `a failed download (status ${status})` : `no way to its download (${offline})`,
    expected: 'libtensorflow from storage.googleapis.com, or a TensorFlow for Python to link to',
    fix: `pip install tensorflow (tensorflow[and-cuda] for CUDA), or go where the internet can be reached, ${AGAIN}`,
  });
}

/**
 * Brings the native library of engine tensorflow: links the addon to a Python TensorFlow where there is one, which may
 * be newer and know newer GPUs, else runs the package's own download (libtensorflow 2.9, CUDA 11.2).
 * @param report takes lines of progress
 * @returns what runs now
 * @throws UserError for what is missing
 */
export async function installTensorflow(report: (line: string) => void): Promise<string> {
  const [target] = tensorflowPackages();
  if (target === undefined) {
    throw new UserError({
      got: 'no package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node',
      expected: 'one, to add the native library to',
      fix: `${TENSORFLOW_PACKAGE_REMEDY}, ${AGAIN}`,
    });
  }
  const tensorflow = await pythonTensorflow();
  if (tensorflow !== null) {
    report(`linking ${target.name} to the TensorFlow in ${tensorflow}`);
    await link(target, tensorflow);
  } else {
    report('no TensorFlow for Python found: downloading libtensorflow');
    await download(target, report);
  }
  const { status, lines } = await runTool(process.execPath, ['-e', TRY_ADDON, target.folder]);
  const made = lines.findLast((line) => line.startsWith('TensorFlow '));
  if (status === 0 && made !== undefined) return `${made}, through ${target.name} ${target.version}`;
  throw new UserError({
    got: `an addon that does not load (${lines.find((line) => /error/i.test(line))?.trim() ?? `status ${status}`})`,
    expected: 'one that multiplies two matrices',
    fix: `install the libraries that it names, ${AGAIN}`,
  });
}
