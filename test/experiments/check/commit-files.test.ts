import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCommitFiles } from '../../../experiments/check/commit-files.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const root = temporaryFolder();
const KERAS = join(import.meta.dirname, '..', '..', 'fixtures', 'models', 'tfjs', 'keras-2');
const repository = join(root, 'repository');
const directory = join(repository, 'budget');

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: repository });

mkdirSync(directory, { recursive: true });
git('init', '-q', '-b', 'main');
cpSync(KERAS, join(repository, 'models', 'net'), { recursive: true });
writeFileSync(join(directory, 'net.onnx'), Buffer.from([]));
git('add', '.');
git('commit', '-qm', 'one');
rmSync(join(repository, 'models'), { recursive: true });
git('add', '.');
git('commit', '-qm', 'two');

const written = (commit: string, path: string) =>
  writeCommitFiles({ directory, commit, path }, mkdtempSync(join(root, 'into-')));
const model = join(repository, 'models', 'net', 'model.json');

test('a model and its weights come back as a commit has them, though they are gone from the folder', () => {
  const path = written('main~1', model);
  expect(readFileSync(path)).toEqual(readFileSync(join(KERAS, 'model.json')));
  const names = readdirSync(join(path, '..')).sort();
  expect(names).toEqual(['group1-shard1of2.bin', 'group1-shard2of2.bin', 'model.json']);
  for (const name of names)
    expect(readFileSync(join(path, '..', name))).toEqual(readFileSync(join(KERAS, name)));
});

test.each([
  [
    'a commit that is not there',
    'nowhere',
    /^got baseline commit 'nowhere' \(.*\); expected a commit, branch or tag/,
  ],
  [
    'a flag for a commit',
    '--output=x',
    /^got baseline commit '--output=x' \(no name of a commit begins so\)/,
  ],
  ['a commit with a line break', 'a\nb', /^got baseline commit 'a\\u000ab'/],
  [
    'a commit without the file',
    'main',
    /^got baseline \.\.\/models\/net\/model\.json of commit main \(.*\); expected a model file that the commit has; correct/,
  ],
])('%s is refused in one line', (_, commit, line) => {
  expect(() => written(commit, model)).toThrow(line);
  expect(() => written(commit, model)).not.toThrow(/\n/);
});
