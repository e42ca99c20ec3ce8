import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { BUILT, ROOT } from '../support/built.ts';

const packed = z.tuple([
  z.object({ size: z.number(), files: z.array(z.object({ path: z.string(), size: z.number() })) }),
]);
const MOST_BYTES = 2 * 2 ** 20;

/** What npm would pack of the build that is there. */
async function contents(): Promise<{ size: number; paths: string[] }> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: ROOT, maxBuffer: 1 << 26 });
  const [{ size, files }] = packed.parse(JSON.parse(stdout));
  return { size, paths: files.map(({ path }) => path) };
}

describe('the package', () => {
  let size: number;
  let paths: string[];
  beforeAll(async () => {
    ({ size, paths } = await contents());
  });

  test('has the command, the modules of its exports with their types, and the profiles', () => {
    expect(existsSync(fileURLToPath(`${BUILT}/cli/main.js`))).toBe(true);
    const folders = ['', 'network/', 'profiler/', 'calibration/', 'morphnet/', 'experiments/', 'reports/'];
    const wanted = folders.flatMap((folder) => [`dist/${folder}index.js`, `dist/${folder}index.d.ts`]);
    expect(paths).toEqual(
      expect.arrayContaining([...wanted, 'dist/cli/main.js', 'dist/profiler/timing/isolation/child.js']),
    );
    expect(paths.filter((path) => /^profiles\/.*\.json$/.test(path)).length).toBeGreaterThan(2);
  });

  test('has no maps, sources, tests, benches or scripts of maintainers', () => {
    const foreign =
      /\.map$|\.tsbuildinfo$|(?<!\.d)\.ts$|^(dist\/)?(test|bench|scripts)\/|^profiles\/measurements/;
    expect(paths.filter((path) => foreign.test(path))).toEqual([]);
  });

  test('is at most 2 MiB', () => {
    expect(size).toBeLessThan(MOST_BYTES);
  });
});
