import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const study = (...args: string[]) =>
  morphline(['study', '--network', 'inception-32', '--quiet', '--json', ...args]);

describe('bad input to study', () => {
  const widths = join(folder, 'w.json');
  writeFileSync(widths, '{}');
  test.each([
    [['--shard', '3/2'], /got --shard 3\/2; expected i\/n with i from 0 to n − 1/],
    [['--shards', '3'], /got --shards without --shard auto; expected both or neither/],
    [['--law', 'around'], /got --law around with 0 files of widths; .*; add --widths FILE/],
    [['--spread', '0.1'], /got --spread without --law around/],
    [['--widths', widths, '--samples', '3'], /got --samples 3 and --widths without --law/],
    [['--widths', widths, '--law', 'uniform'], /got --widths with --law uniform/],
    [['--samples', '3', '--measure', '4', '--engine', 'wasm'], /got --measure 4 of 3 samples/],
    [['--merge', folder], /run\.json/],
    [['--merge', folder, '--shard', '0/2'], /got --merge and --shard; expected one of them/],
  ])('%j gets one clear line and exit code 2', async (args, line) => {
    const { status, stdout, stderr } = await study('--out', at('bad'), ...args);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(line);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});

test('shards go to folders of their own and are merged', async () => {
  const out = at('study');
  for (const shard of ['0/2', '1/2']) {
    expect((await study('--samples', '7', '--shard', shard, '--out', out)).status).toBe(0);
  }
  expect(readdirSync(out)).toEqual(['shard-0-of-2', 'shard-1-of-2']);
  const shards = readdirSync(out).map((name) => join(out, name));
  const { status, stdout } = await study('--merge', ...shards, '--out', at('merged'));
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ samples: 7, shards: { of: 2 } });
  const [first = ''] = shards;
  expect((await study('--merge', first, '--out', at('half'))).stderr.trim()).toBe('shard 1/2 is missing');
});
