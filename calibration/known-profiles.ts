// The device profiles in some folders: what each is of and how good it is, without its models.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { jsonOf } from '../records/json-text.ts';
import { readText } from '../records/read-bytes.ts';
import { UserError } from '../records/user-error.ts';
import { DEVICE_SCHEMA, deviceProfile } from './device-profile.ts';

const profileFacts = deviceProfile.pick({
  name: true,
  engine: true,
  machine: true,
  measuredAt: true,
  settings: true,
  chosen: true,
  validation: true,
  transfer: true,
});
export type ProfileFacts = z.infer<typeof profileFacts>;

export interface KnownProfile {
  readonly path: string;
  readonly facts: ProfileFacts;
}

/** Folders below a given one that are looked into. */
const DEPTH = 4;
/** Never holds profiles, and often a great deal else. */
const PASSED_OVER = new Set(['node_modules', '.git']);

function jsonFiles(folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return depth > 0 && !PASSED_OVER.has(entry.name) ? jsonFiles(path, depth - 1) : [];
    }
    // What a calibration was re-scaled from is no device of its own.
    return /^(?!prior-\d+\.).*\.json$/.test(entry.name) ? [path] : [];
  });
}

/** Null of a file that is no device profile, or of another version. */
function factsOf(path: string): ProfileFacts | null {
  try {
    const value = jsonOf(readText(path)) as { schema?: unknown } | null;
    if (value?.schema !== DEVICE_SCHEMA) return null;
    const parsed = profileFacts.safeParse(value);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Looks for profiles in folders and four deep below them, the newest first.
 * @throws UserError for a folder that is not there
 */
export function knownProfiles(folders: readonly string[]): KnownProfile[] {
  const missing = folders.find((folder) => !existsSync(folder) || !statSync(folder).isDirectory());
  if (missing !== undefined) {
    throw new UserError({
      got: `folder ${missing}, which is not there`,
      expected: 'folders with device profiles somewhere in them',
      fix: 'correct the name',
    });
  }
  const paths = [...new Set(folders.flatMap((folder) => jsonFiles(folder, DEPTH)))];
  return paths
    .flatMap((path): KnownProfile[] => {
      const facts = factsOf(path);
      return facts === null ? [] : [{ path, facts }];
    })
    .sort((a, b) => (a.facts.measuredAt < b.facts.measuredAt ? 1 : -1));
}
