// The package's public surface: as it was reviewed, documented, and all that can be reached.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type PublicSymbol, publicApi, publicApiText, REVIEWED } from '../../scripts/public-api.ts';
import { ROOT } from '../support/built.ts';

describe('the public surface', () => {
  let symbols: PublicSymbol[];
  beforeAll(() => {
    symbols = publicApi(ROOT);
  });

  test('is the reviewed one; after a look at the difference: npm run -s public-api -- --update', () => {
    expect(publicApiText(symbols)).toBe(readFileSync(join(ROOT, REVIEWED), 'utf8'));
  });

  test('is documented, every name of it', () => {
    const silent = symbols.filter(({ documentation }) => !/\w{3,}.* /.test(documentation));
    expect(silent.map(({ entry, name }) => `${name} of ${entry}`)).toEqual([]);
  });

  test('has of the engines nothing in the entry for browsers', () => {
    const names = symbols.filter(({ entry }) => entry === 'morphline/morphnet').map(({ name }) => name);
    expect(names).toContain('GammaLatency');
    expect(names.filter((name) => /engine|open|read(Model|Onnx)|save/i.test(name))).toEqual([]);
  });
});

/** What an import comes to in the scope of this package. */
async function imported(specifier: string): Promise<string> {
  const program = `import(${JSON.stringify(specifier)}).then(
    (names) => console.log(Object.keys(names).length), (error) => console.log(error.code));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: ROOT,
  });
  return stdout.trim();
}

test('modules behind it cannot be imported', async () => {
  expect(Number(await imported('morphline/calibration'))).toBeGreaterThan(3);
  for (const inner of ['morphline/dist/index.js', 'morphline/morphnet/shrink.js', 'morphline/cli'])
    expect(await imported(inner)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
