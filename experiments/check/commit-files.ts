// A model file, and the weights beside it, as a git commit has them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { weightFiles } from '../../network/model-file-parts.ts';
import { oneLine } from '../../records/one-line.ts';
import { UserError } from '../../records/user-error.ts';

const LARGEST_BYTES = 2 ** 31;

/** What git prints, and its first line of complaint where it fails. */
function git(directory: string, args: readonly string[]): Buffer {
  return execFileSync('git', args, {
    cwd: directory,
    maxBuffer: LARGEST_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function complaint(error: unknown): string {
  const { stderr, message } = error as { stderr?: Buffer; message: string };
  const [line = ''] = (stderr?.toString('utf8') || message).split('\n');
  return oneLine(line);
}

/** Full name of a commit: what a branch or tag names now, and nothing that git would take for a flag. */
function commitNamed(directory: string, name: string): string {
  try {
    if (name.startsWith('-')) throw new Error('no name of a commit begins so');
    return git(directory, ['rev-parse', '--verify', `${name}^{commit}`])
      .toString('utf8')
      .trim();
  } catch (error) {
    throw new UserError({
      got: `baseline commit '${oneLine(name)}' (${complaint(error)})`,
      expected: 'a commit, branch or tag of the repository that the budget file is in',
      fix: 'fetch it (git fetch; actions/checkout with fetch-depth: 0), or correct the name',
    });
  }
}

/**
 * Writes a model file as a commit has it, and the files that hold its weights, into a folder.
 * @param directory of the budget file, in the repository
 * @param path of the model file
 * @returns the path of the model file there
 * @throws UserError for a commit or file that is not there
 */
export function writeCommitFiles(
  { directory, commit, path }: { directory: string; commit: string; path: string },
  into: string,
): string {
  const hash = commitNamed(directory, commit);
  const contents = (file: string): Buffer => {
    const within = relative(directory, file).split(sep).join('/');
    try {
      // With filters: what git LFS keeps elsewhere is fetched.
      return git(directory, ['cat-file', '--filters', `${hash}:./${within}`]);
    } catch (error) {
      throw new UserError({
        got: `baseline ${oneLine(within)} of commit ${oneLine(commit)} (${complaint(error)})`,
        expected: 'a model file that the commit has',
        fix: 'correct "model" or "commit" of the baseline',
      });
    }
  };
  const model = contents(path);
  const target = join(into, basename(path));
  writeFileSync(target, model);
  for (const name of weightFiles(path, model)) {
    const file = join(into, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents(join(dirname(path), name)));
  }
  return target;
}
