// Brings ONNX Runtime's CUDA provider, which its npm package leaves out.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../../../records/user-error.ts';
import { networkError, runTool } from '../run-tool.ts';

const AGAIN = 'then run morphline engines --install onnxruntime-cuda again';

/**
 * Brings ONNX Runtime's CUDA provider by the install script of onnxruntime-node, which fetches it from NuGet.
 * @param report takes lines of progress
 * @returns what is there now
 * @throws UserError for what is missing
 */
export async function installOnnxruntimeCuda(report: (line: string) => void): Promise<string> {
  const platform = `${process.platform}/${process.arch}`;
  if (platform !== 'linux/x64') {
    throw new UserError({
      got: platform,
      expected: 'linux/x64, the one that onnxruntime-node has a CUDA provider for',
      fix: 'leave --install onnxruntime-cuda out',
    });
  }
  let folder: string;
  try {
    // Its package.json is not among its exports.
    folder = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  } catch {
    throw new UserError({
      got: 'no package onnxruntime-node',
      expected: 'it, to add the CUDA provider to',
      fix: `npm install onnxruntime-node --ignore-scripts, ${AGAIN}`,
    });
  }
  report('downloading the CUDA provider (some 300 MB)');
  const { status, lines } = await runTool(
    process.execPath,
    [join(folder, 'script', 'install.js'), '--onnxruntime-node-install=cuda12'],
    { cwd: folder, onOutput: report },
  );
  if (status === 0) return 'the CUDA provider of ONNX Runtime, for CUDA 12 and cuDNN 9';
  const offline = networkError(lines);
  throw new UserError({
    got:
      offline === undefined ? `a failed download (status ${status})` : `no way to its download (${offline})`,
    expected: 'the CUDA provider from api.nuget.org',
    fix: `go where the internet can be reached, ${AGAIN}`,
  });
}
