// In the reader's browser: tables that sort, filter, hide columns and give themselves as CSV.

/**
 * Gives every table of data its tools. Sent to the page as text: it may use nothing of this module but types.
 */
export function liveTables(): void {
  /** Tables with fewer rows are seen at a glance. */
  const FILTERED_ROWS = 8;
  const CHOSEN_COLUMNS = 5;

  const textOf = (cell: Element | undefined) => (cell?.textContent ?? '').replace(/\s+/g, ' ').trim();

  /** What a cell is sorted by: the number in it, or its text. */
  function keyOf(cell: HTMLElement | undefined): number | string {
    const text = textOf(cell);
    const [found] =
      text
        .replaceAll(',', '')
        .replaceAll('−', '-')
        .match(/^[<>≤≥±+]?\s*-?\d+(?:\.\d+)?/) ?? [];
    if (found !== undefined && cell?.classList.contains('number') !== false) {
      return Number.parseFloat(found.replace(/^[<>≤≥±+]\s*/, ''));
    }
    return text.toLowerCase();
  }

  function compare(a: number | string, b: number | string): number {
    if (typeof a === 'number' && typeof b === 'number') return a - b;
    // Numbers before text, which is before nothing.
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return String(a).localeCompare(String(b), 'en', { numeric: true });
  }

  /** One field; a text that a spreadsheet would take for a formula is marked as text. */
  function csvField(text: string): string {
    const isFormula = /^[=+@\t\r]/.test(text) || (/^[-−]/.test(text) && !/^[-−]\s*\d/.test(text));
    const safe = isFormula ? `'${text}` : text.replace(/^−/, '-');
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  function save(name: string, text: string): void {
    const link = document.createElement('a');
    link.download = name;
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function button(label: string, onClick: () => void): HTMLButtonElement {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = label;
    made.addEventListener('click', onClick);
    return made;
  }

  for (const [index, table] of Array.from(document.querySelectorAll('table')).entries()) {
    const head = table.tHead?.rows[0];
    const body = table.tBodies[0];
    const frame = table.closest('.scroll');
    if (head === undefined || body === undefined || frame === null) continue;
    const rows = Array.from(body.rows);
    if (rows.length < 2) continue;
    const headings = Array.from(head.cells);
    const names = headings.map(textOf);

    for (const [column, heading] of headings.entries()) {
      if (names[column] === '') continue;
      const sorter = document.createElement('button');
      sorter.type = 'button';
      sorter.append(...heading.childNodes);
      heading.append(sorter);
      sorter.addEventListener('click', () => {
        const before = heading.getAttribute('aria-sort');
        for (const other of headings) other.removeAttribute('aria-sort');
        // Numbers are looked through from the largest, text from A; a third press gives the first order back.
        const first = heading.classList.contains('number') ? 'descending' : 'ascending';
        const second = first === 'ascending' ? 'descending' : 'ascending';
        const order = before === null ? first : before === first ? second : null;
        if (order === null) {
          body.append(...rows);
          return;
        }
        heading.setAttribute('aria-sort', order);
        const sign = order === 'ascending' ? 1 : -1;
        const keyed = rows.map((row) => [keyOf(row.cells[column]), row] as const);
        const filled = keyed.filter(([key]) => key !== '').sort(([a], [b]) => sign * compare(a, b));
        const empty = keyed.filter(([key]) => key === '');
        body.append(...[...filled, ...empty].map(([, row]) => row));
      });
    }

    const tools = document.createElement('div');
    tools.className = 'tools';
    if (rows.length >= FILTERED_ROWS) {
      const filter = document.createElement('input');
      filter.type = 'search';
      filter.placeholder = 'Filter rows';
      filter.setAttribute('aria-label', 'Filter rows');
      const found = document.createElement('output');
      filter.addEventListener('input', () => {
        const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
        let shown = 0;
        for (const row of rows) {
          const text = textOf(row).toLowerCase();
          row.hidden = !words.every((word) => text.includes(word));
          if (!row.hidden) shown++;
        }
        found.textContent = words.length === 0 ? '' : `${shown} of ${rows.length}`;
      });
      tools.append(filter, found);
    }
    if (headings.length > CHOSEN_COLUMNS) {
      const menu = document.createElement('details');
      menu.className = 'columns';
      const summary = document.createElement('summary');
      summary.textContent = 'Columns';
      const list = document.createElement('div');
      for (const [column, name] of names.entries()) {
        if (column === 0 || name === '') continue;
        const label = document.createElement('label');
        const box = document.createElement('input');
        box.type = 'checkbox';
        box.checked = true;
        box.addEventListener('change', () => {
          for (const row of [head, ...rows]) {
            const cell = row.cells[column];
            if (cell !== undefined) cell.hidden = !box.checked;
          }
          const bar = table.querySelectorAll('col')[column];
          if (bar !== undefined) bar.hidden = !box.checked;
        });
        label.append(box, name);
        list.append(label);
      }
      menu.append(summary, list);
      tools.append(menu);
    }
    tools.append(
      button('CSV', () => {
        const columns = [...headings.keys()].filter((column) => headings[column]?.hidden === false);
        const shown = Array.from(body.rows).filter(({ hidden }) => !hidden);
        const lines = [head, ...shown].map((row) =>
          columns.map((column) => csvField(textOf(row.cells[column]))).join(','),
        );
        const title = textOf(frame.closest('section')?.querySelector('h2') ?? undefined) || 'table';
        const file = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
        save(`${file}-${index + 1}.csv`, `${lines.join('\r\n')}\r\n`);
      }),
    );
    frame.before(tools);
  }
}
