// Which process, on which machine, since when: by which a lock that a dead process left is told from a live one's.
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** A process as files name it; null where the system does not say. */
export const processIdentity = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Of the machine's start, the same in all its containers. */
  boot: z.string().nullable(),
  /** Of the numbers of processes, of which containers have their own. */
  pidSpace: z.string().nullable(),
  /** Clock ticks from the machine's start to that of the process: numbers are given again. */
  started: z.string().nullable(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

function orNull(read: () => string): string | null {
  try {
    return read().trim();
  } catch {
    return null;
  }
}

/** Fields of proc_pid_stat(5) behind the name: that of the state, and of the start. */
const STATE = 0;
const START = 19;

function statusOf(pid: number): { state: string | null; started: string | null } {
  const text = orNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name, in parentheses, may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields?.[STATE] ?? null, started: fields?.[START] ?? null };
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    pidSpace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    started: statusOf(process.pid).started,
  };
}

/** Names the machine since its start, and its numbers of processes: where a number means the same process. */
export function ownPidSpace(): string {
  const { host, boot, pidSpace } = ownIdentity();
  return createHash('sha256')
    .update(JSON.stringify([host, boot, pidSpace]))
    .digest('hex')
    .slice(0, 8);
}

/** Whether there is a process of that number, of those that this one can see. */
export function isRunning(pid: number): boolean {
  // Ended, but nobody has asked for its exit code.
  if (statusOf(pid).state === 'Z') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A machine or a container that was started anew under its name has been silent for longer. */
const RESTARTED_SECONDS = 60;
/** A process that cannot be looked for gives a sign of life more often. */
const ELSEWHERE_SECONDS = 600;

/**
 * Whether a process is gone. One on another machine, or in another container, cannot be looked for: it is taken for gone
 * when it has given no sign of life for ten minutes, or for one where its host has the name of this one.
 * @param silentSeconds since its last sign of life
 */
export function isGone(other: ProcessIdentity, silentSeconds: number): boolean {
  const own = ownIdentity();
  const isHere = other.boot === own.boot && other.pidSpace === own.pidSpace;
  if (isHere && (own.boot !== null || other.host === own.host))
    return !isRunning(other.pid) || statusOf(other.pid).started !== other.started;
  return silentSeconds > (other.host === own.host ? RESTARTED_SECONDS : ELSEWHERE_SECONDS);
}
