// Whether the marks of a compiled chart end at its frame.
import type { Spec } from 'vega';

/** Marks that leave the frame of a chart that is zoomed. */
const LEAVING: ReadonlySet<string> = new Set(['symbol', 'line', 'rect', 'rule', 'area']);

interface Group {
  readonly type?: string;
  readonly clip?: unknown;
  readonly marks?: readonly Group[];
}

function clippedGroup(group: Group, clips: boolean): Group {
  const { clip: _, marks, ...rest } = group;
  return {
    ...rest,
    ...(clips && group.type !== undefined && LEAVING.has(group.type) ? { clip: true } : {}),
    ...(marks === undefined ? {} : { marks: marks.map((mark) => clippedGroup(mark, clips)) }),
  };
}

/**
 * The chart with all marks cut at its frame, as one that is zoomed needs them, or none: a picture has nothing outside, and each
 * cut would be an element with an id.
 */
export function clipMarks(spec: Spec, clips: boolean): Spec {
  return clippedGroup(spec as Group, clips) as Spec;
}
