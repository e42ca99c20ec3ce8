// The folders that this process holds locked, for whoever ends it.

/** Paths of locks, with their folders as they were named. */
const held = new Map<string, string>();

/** @returns says that it is held no more */
export function nowHeld(lock: string, directory: string): () => void {
  held.set(lock, directory);
  return () => held.delete(lock);
}

/** In the order in which they were taken. */
export function heldFolders(): string[] {
  return [...held.values()];
}
