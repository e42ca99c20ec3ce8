// Progress of long work, told to whoever draws it.
/** Told of progress along a long job; the command line draws it. */
export type ProgressListener = (progress: { readonly fraction: number; readonly text: string }) => void;

/** A part of a job as progress of the whole: fractions 0 … 1 become from … to. */
export function partOf(listener: ProgressListener | undefined, from: number, to: number): ProgressListener {
  return ({ fraction, text }) => listener?.({ fraction: from + fraction * (to - from), text });
}
