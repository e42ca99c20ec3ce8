import type { Availability } from '../../../profiler/engines/engine.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';

const looked = new Map<string, Promise<Availability>>();

/** @param choice as `--engine` takes it */
export function availabilityOf(choice: string): Promise<Availability> {
  const [name = '', provider] = choice.split(':');
  const found =
    looked.get(choice) ?? engineNamed(name).availability(provider === undefined ? {} : { provider });
  looked.set(choice, found);
  return found;
}

/**
 * Why tests of an engine are skipped; null to run them. What npm brings must be there. In CI only what
 * `engines --install` brings may be missing; elsewhere a driver too.
 */
export async function skipReason(choice: string): Promise<string | null> {
  const found = await availabilityOf(choice);
  if (found.available) return null;
  const isInstalled = /engines --install/.test(found.remedy);
  const isDriver = process.env.CI === undefined && !/^npm install/.test(found.remedy);
  if (!isInstalled && !isDriver) return null;
  const reason = `NOT TESTED, ${found.reason.toUpperCase()}: ${found.remedy}`;
  console.warn(`ENGINE ${choice.toUpperCase()} ${reason}`);
  return reason;
}
