// What the file system has against a path, as what the user can do about it.
import { UserError } from './user-error.ts';

/** Of the file system, beside ENOENT where something was to be made. */
const CODES: ReadonlySet<string> = new Set([
  'EACCES',
  'EBUSY',
  'EDQUOT',
  'EEXIST',
  'EFBIG',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'ENAMETOOLONG',
  'ENFILE',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
  'EXDEV',
]);

/** An error of the file system, such as a folder that cannot be written, as the one line that says so; else null. */
export function asUserError(error: unknown): UserError | null {
  if (error instanceof UserError) return error;
  const { code, syscall, message } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  if (error instanceof Error && code === 'ERR_INVALID_ARG_VALUE' && /null bytes/.test(error.message)) {
    return new UserError({
      got: 'a path with a null byte in it',
      expected: 'a path that a file can have',
      fix: 'correct the path',
    });
  }
  if (!(error instanceof Error) || code === undefined || syscall === undefined || !CODES.has(code))
    return null;
  if (syscall === 'mkdtemp') {
    return new UserError({
      got: `a folder for temporary files that cannot be written (${message})`,
      expected: 'one that can',
      fix: 'set TMPDIR to such a folder',
    });
  }
  return new UserError({
    got: `${message}`,
    expected: 'files and folders that can be read and written, and room for them',
    fix: 'correct the path, its permissions or the disk',
  });
}
