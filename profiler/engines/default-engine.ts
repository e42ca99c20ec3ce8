// Which engine is taken when nobody names one.
import type { HardwareKind } from '../../records/engine-description.ts';
import type { EngineAdapter } from './engine.ts';

/**
 * The name of the first engine that is here on hardware on which it is a default for this purpose; else of the last that
 * could have been, whose opening then says what is missing. Engines behind the one that is taken are not looked at.
 */
export async function defaultAmong(
  engines: readonly EngineAdapter[],
  purpose: 'measuring' | 'training',
  options: { threads?: number | undefined },
): Promise<string> {
  let last = '';
  for (const { name, defaultOn, availability } of engines) {
    const hardware: readonly HardwareKind[] = defaultOn?.[purpose] ?? [];
    if (hardware.length === 0) continue;
    last = name;
    const found = await availability(options);
    if (found.available && hardware.includes(found.description.hardware)) return name;
  }
  return last;
}
