// Series that a reader can switch off, and facts under the pointer.
/** Of a chart whose data has a field `group`: names of the groups that are not drawn. The page's script sets it. */
export const HIDDEN_SERIES = { name: 'hidden', value: [] } as const;

/** Leaves out the rows of hidden groups. */
export const SHOWN_SERIES = { filter: 'indexof(hidden, datum.group) < 0' } as const;

/** Letters that a chart's marks must have in one of their fields. A figure's control sets it. */
export const SEARCHED = { name: 'searched', value: '' } as const;

/** Leaves out the rows without them. */
export function searchedIn(...fields: readonly string[]) {
  const found = fields.map((field) => `indexof(lower(datum.${field}), lower(searched)) >= 0`);
  return { filter: `searched === '' || ${found.join(' || ')}` };
}

/**
 * Zoom by the wheel while the control key is held, and by dragging; a double click gives the whole chart back. Belongs to one
 * layer of a chart whose scales are quantitative.
 */
export const ZOOM = {
  name: 'zoom',
  select: {
    type: 'interval',
    zoom: 'wheel![event.ctrlKey || event.metaKey]',
    translate: '[pointerdown, window:pointerup] > window:pointermove!',
    clear: 'dblclick',
  },
  bind: 'scales',
} as const;

/** A line of a tooltip: four significant digits. */
export function numberFact(field: string, title: string) {
  return { field, title, type: 'quantitative', format: '.4~r' } as const;
}

/** A line of a tooltip. */
export function textFact(field: string, title: string) {
  return { field, title, type: 'nominal' } as const;
}
