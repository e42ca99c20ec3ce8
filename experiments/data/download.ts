// Downloads a file of known size and sum: whole under its name or not at all, and resumed where it was killed.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { makeFolder } from '../../records/make-folder.ts';
import { isRunning } from '../../records/process-identity.ts';
import { UserError } from '../../records/user-error.ts';
import type { SetFile } from './known-sets.ts';

export interface DownloadOptions {
  /** Addresses of the file; the next one serves when one does not. */
  readonly urls: readonly string[];
  /** Where it is to be. */
  readonly path: string;
  readonly file: SetFile;
  /** What to do without a network, for the message. */
  readonly otherwise: string;
  /** Called with the bytes that are there. */
  readonly onProgress?: (bytes: number) => void;
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

/** The part that this process goes on with: what a process that is gone left, under a name of its own from now on. */
async function claimedPart(path: string): Promise<string> {
  const own = `${path}.${process.pid}.part`;
  if (existsSync(own)) return own;
  for (const name of await readdir(dirname(path))) {
    const [, pid] = name.startsWith(`${basename(path)}.`) ? (/\.(\d+)\.part$/.exec(name) ?? []) : [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // Whoever renames it first has it.
    const isOurs = await rename(join(dirname(path), name), own).then(
      () => true,
      () => false,
    );
    if (isOurs) break;
  }
  return own;
}

/** What a failed fetch is in plain words. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: string }).code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its host is not found';
  if (code === 'ECONNREFUSED') return 'its host refuses the connection';
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT') return 'its host does not answer';
  return cause instanceof Error ? cause.message : String(cause);
}

/** Appends what is missing of a part. @throws Error saying why it could not */
async function fetchRest(url: string, part: string, { file, onProgress }: DownloadOptions): Promise<void> {
  const have = await sizeOf(part);
  if (have >= file.bytes) return;
  const headers: Record<string, string> = have > 0 ? { Range: `bytes=${have}-` } : {};
  const response = await fetch(url, { headers });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`it answers ${response.status} ${response.statusText}`.trim());
  }
  // A server may send it all.
  const resumes = response.status === 206;
  let done = resumes ? have : 0;
  const counter = new Transform({
    transform(chunk: Uint8Array, _encoding, next) {
      done += chunk.length;
      if (done > file.bytes) return next(new Error(`it sends more than ${file.bytes} bytes`));
      onProgress?.(done);
      next(null, chunk);
    },
  });
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  await pipeline(body, counter, createWriteStream(part, { flags: resumes ? 'a' : 'w' }));
  if (done < file.bytes) throw new Error(`it ends after ${done} of ${file.bytes} bytes`);
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * Downloads a file unless it is there. It appears under its name when it is whole and its sum is right; what a killed
 * download left is gone on with.
 * @throws UserError if no address gives it, or if what it gives is another file
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { urls, path, file, otherwise } = options;
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  const part = await claimedPart(path);
  let problem = '';
  let wrong: string | undefined;
  for (const url of urls) {
    try {
      await fetchRest(url, part, options);
    } catch (error) {
      problem ||= `${url}: ${reasonOf(error)}`;
      continue;
    }
    const sum = await sumOf(part);
    if (sum === file.sha256) return rename(part, path);
    wrong ??= `${url} with SHA-256 ${sum.slice(0, 16)}…`;
    await rm(part, { force: true });
  }
  if (wrong !== undefined) {
    const expected = `the file of SHA-256 ${file.sha256.slice(0, 16)}…`;
    throw new UserError({ got: wrong, expected, fix: otherwise });
  }
  throw new UserError({ got: problem, expected: 'a network, for the first use of the data', fix: otherwise });
}
