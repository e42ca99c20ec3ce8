// How many processors this process may really use: the machine's, fewer by affinity, fewer still by a cgroup's quota.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { UserError } from '../records/user-error.ts';

/** What limits the processors of this process. */
export interface GrantedProcessors {
  /** That the system has. */
  readonly machine: number;
  /** That its affinity lets it run on. */
  readonly affinity: number;
  /** Processor time per time that its cgroup grants; null without a quota. */
  readonly quota: number | null;
}

/** `max 100000` or `150000 100000` of cgroup v2's cpu.max: quota and period in µs. */
export function quotaOf(cpuMax: string): number | null {
  const [quota, period] = cpuMax.trim().split(/\s+/);
  const processors = Number(quota) / Number(period);
  return Number.isFinite(processors) && processors > 0 ? processors : null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The cgroup of this process below the mounted root, as /proc/self/cgroup has it for version 2 (`0::/path`). */
function ownGroup(): string {
  return /^0::(.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1] ?? '/';
}

/** The least quota of the cgroup and of those above it; version 1's where there is no version 2. */
function cgroupQuota(): number | null {
  const quotas: number[] = [];
  const parts = ownGroup().split('/').filter(Boolean);
  for (let depth = parts.length; depth >= 0; depth--) {
    const text = read(`/sys/fs/cgroup/${parts.slice(0, depth).join('/')}/cpu.max`);
    const quota = text === null ? null : quotaOf(text);
    if (quota !== null) quotas.push(quota);
  }
  const [v1Quota, v1Period] = ['quota', 'period'].map((name) =>
    read(`/sys/fs/cgroup/cpu/cpu.cfs_${name}_us`),
  );
  const v1 = v1Quota && v1Period ? quotaOf(`${v1Quota.trim()} ${v1Period.trim()}`) : null;
  if (v1 !== null) quotas.push(v1);
  return quotas.length > 0 ? Math.min(...quotas) : null;
}

export function grantedProcessors(): GrantedProcessors {
  return { machine: cpus().length, affinity: availableParallelism(), quota: cgroupQuota() };
}

/**
 * @throws UserError for more threads than processors are granted: they would take turns, and be timed doing so
 */
export function requireGranted(threads: number, granted: GrantedProcessors = grantedProcessors()): void {
  const { machine, affinity, quota } = granted;
  const most = Math.max(1, Math.min(affinity, quota === null ? affinity : Math.floor(quota)));
  if (threads <= most) return;
  const limits = [
    `${machine} processors`,
    ...(affinity < machine ? [`${affinity} by this process's affinity`] : []),
    ...(quota === null ? [] : [`${quota.toFixed(1)} by its cgroup's quota`]),
  ];
  throw new UserError({
    got: `--threads ${threads}`,
    expected: `at most ${most}: here are ${limits.join(', ')}`,
    fix: 'lower --threads',
  });
}
