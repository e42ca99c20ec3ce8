// The one line of an error that says why an engine is not here.

/** The first line of what a loader threw; libraries add pages to it. */
export function whyMissing(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
}
