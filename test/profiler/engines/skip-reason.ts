import type { Availability } from '../../../profiler/engines/engine.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';

const looked = new Map<string, Promise<Availability>>();

export function availabilityOf(name: string): Promise<Availability> {
  const found = looked.get(name) ?? engineNamed(name).availability();
  looked.set(name, found);
  return found;
}

/**
 * Why tests of an engine are skipped; null to run them. In CI only tensorflow's native library may be missing, which is
 * not in its npm package; elsewhere a Vulkan driver for webgpu too.
 */
export async function skipReason(name: string): Promise<string | null> {
  const found = await availabilityOf(name);
  const missable = name === 'tensorflow' || (name === 'webgpu' && process.env.CI === undefined);
  if (found.available || !missable) return null;
  const reason = `NOT TESTED, ${found.reason.toUpperCase()}: ${found.remedy}`;
  console.warn(`ENGINE ${name.toUpperCase()} ${reason}`);
  return reason;
}
