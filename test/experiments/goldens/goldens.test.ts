import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkGoldens } from '../../../experiments/goldens/check-file.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const fixtures = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'fixtures', 'goldens');
const folder = temporaryFolder();
const files = readdirSync(fixtures).filter((name) => name.endsWith('.json.gz'));

function unpacked(name: string): string {
  const path = join(folder, name.replace(/\.gz$/, ''));
  writeFileSync(path, gunzipSync(readFileSync(join(fixtures, name))));
  return path;
}

describe("Google's figures", () => {
  test.each(files)('of %s agree with ours', (name) => {
    const results = checkGoldens(unpacked(name));
    expect(results.length).toBeGreaterThan(0);
    for (const { name: checked, compared, differences } of results) {
      expect(differences, checked).toEqual([]);
      expect(compared, checked).toBeGreaterThan(100);
    }
  });

  test('that are changed in one place are found there', () => {
    const path = unpacked('mobilenet_v1_layers.json.gz');
    const text = readFileSync(path, 'utf8');
    // The first convolution of MobileNet 1.0: 2 · 112² · 27 · 32 FLOPs; one part in 10⁵ more is too much.
    const flops = 2 * 112 ** 2 * 27 * 32;
    expect(text).toContain(`"flops":${flops}`);
    writeFileSync(path, text.replace(`"flops":${flops}`, `"flops":${flops * 1.00001}`));
    const differing = checkGoldens(path).flatMap(({ differences }) => differences);
    expect(differing).toEqual([`b1 Conv2d_0 flops: got ${flops}, expected ${flops * 1.00001}`]);
  });

  test('in a file of another kind are refused', () => {
    const path = join(folder, 'other.json');
    writeFileSync(path, '{"figures": 1}');
    expect(() => checkGoldens(path)).toThrow(
      `got ${path} without variants, cases or samples; expected one of them`,
    );
  });
});
