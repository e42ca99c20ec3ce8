// Who else took the processor while something was timed.
import { readdirSync, readFileSync } from 'node:fs';

/** How much others took from us during an interval, as fractions of its wall time. */
export interface Disturbance {
  /** Time that our runnable threads waited for a processor. */
  readonly runDelay: number;
  /** Processor time that the hypervisor gave to other machines. */
  readonly steal: number;
}

/** Watches an interval; null where the system does not tell (anything but Linux). */
export interface DisturbanceWatch {
  start(): () => Disturbance | null;
}

/** Above these, a sample is marked as disturbed and taken again. */
export const RUN_DELAY_LIMIT = 0.05;
export const STEAL_LIMIT = 0.05;

export function isDisturbed(disturbance: Disturbance | null): boolean {
  return disturbance !== null && (disturbance.runDelay > RUN_DELAY_LIMIT || disturbance.steal > STEAL_LIMIT);
}

/** Nanoseconds that threads of this process have waited in run queues (/proc/…/schedstat, second field). */
function runDelayNs(allThreads: boolean): number {
  const read = (path: string) => Number(readFileSync(path, 'latin1').split(' ')[1]);
  if (!allThreads) return read('/proc/self/schedstat');
  return readdirSync('/proc/self/task').reduce((sum, thread) => {
    try {
      return sum + read(`/proc/self/task/${thread}/schedstat`);
    } catch {
      return sum; // The thread ended in between.
    }
  }, 0);
}

const JIFFY_NS = 10e6;

/** Stolen time summed over processors (/proc/stat: user nice system idle iowait irq softirq steal). */
function stealNs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
  return Number(line.trim().split(/\s+/)[8] ?? 0) * JIFFY_NS;
}

/** @param threads threads that the engine computes with; with several, the waits of all are summed */
export function watchDisturbance(threads: number): DisturbanceWatch {
  let readable = true;
  try {
    runDelayNs(threads > 1);
    stealNs();
  } catch {
    readable = false;
  }
  return {
    start() {
      if (!readable) return () => null;
      const startNs = process.hrtime.bigint();
      const delay = runDelayNs(threads > 1);
      const steal = stealNs();
      return () => {
        const wallNs = Number(process.hrtime.bigint() - startNs);
        // Steal comes in jiffies of 10 ms: less than two over an interval is its resolution, not a finding.
        const stolen = stealNs() - steal;
        return {
          runDelay: (runDelayNs(threads > 1) - delay) / wallNs,
          steal: stolen >= 2 * JIFFY_NS ? stolen / wallNs : 0,
        };
      };
    },
  };
}
