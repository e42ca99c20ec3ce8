import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()),
  optionalDependencies: z.record(z.string(), z.string()),
});

describe('its tfjs', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
  const { dependencies, peerDependencies, optionalDependencies } = manifest.parse(read('package.json'));

  test("is the user's own: variables of another copy are not those of the model", () => {
    expect(Object.keys(peerDependencies)).toEqual(['@tensorflow/tfjs']);
    expect(Object.keys(dependencies)).not.toContain('@tensorflow/tfjs');
  });

  test('is of the one version that its backends name, which name each other exactly', () => {
    const { '@tensorflow/tfjs': wanted } = peerDependencies;
    expect(wanted).toMatch(/^\d+\.\d+\.\d+$/);
    const backends = Object.entries({ ...dependencies, ...optionalDependencies }).filter(([name]) =>
      name.startsWith('@tensorflow/'),
    );
    expect(backends.length).toBeGreaterThan(2);
    for (const [name, version] of backends) expect(`${name} ${version}`).toBe(`${name} ${wanted}`);
  });

  test('is installed once', () => {
    const { packages } = read('package-lock.json') as { packages: Record<string, unknown> };
    for (const name of ['tfjs', 'tfjs-core', 'tfjs-layers']) {
      const copies = Object.keys(packages).filter((path) =>
        path.endsWith(`node_modules/@tensorflow/${name}`),
      );
      expect(copies).toEqual([`node_modules/@tensorflow/${name}`]);
    }
  });
});

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
