// Tables of HTML, with figures aligned and bars under shares.
import { html, type Markup, type Part } from './html.ts';

export interface Column<Row> {
  readonly heading: Part;
  readonly cell: (row: Row) => Part;
  /** Numbers stand to the right, in digits of one width. */
  readonly align?: 'text' | 'number';
  /** Draws a bar under the cell's text, or beside it: its length as a share of the column, 0 to 1. */
  readonly share?: (row: Row) => number | null;
  readonly bar?: 'under' | 'beside';
  /** Width of the column, as CSS. */
  readonly width?: string;
}

function shareStyle(share: number | null | undefined): Markup | false {
  if (share === null || share === undefined || !Number.isFinite(share)) return false;
  return html` style="--share:${Math.min(1, Math.max(0, share)).toFixed(3)}"`;
}

/**
 * A table; its first column heads the rows.
 * @param marked tells the rows to stress
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: { readonly marked?: (row: Row) => boolean; readonly fixed?: boolean } = {},
): Markup {
  const { marked = () => false, fixed = false } = options;
  const side = (column: Column<Row>) => (column.align === 'number' ? 'number' : 'text');
  const cell = (row: Row, column: Column<Row>, i: number) => {
    const share = shareStyle(column.share?.(row));
    const classes = share === false ? side(column) : `${side(column)} ${column.bar ?? 'under'}`;
    return i === 0
      ? html`<th scope="row" class="${classes}"${share}>${column.cell(row)}</th>`
      : html`<td class="${classes}"${share}>${column.cell(row)}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table"><table${fixed && html` class="fixed"`}>
<colgroup>${columns.map(({ width }) => html`<col${width !== undefined && html` style="width:${width}"`}>`)}</colgroup>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${side(column)}">${column.heading}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (
    row,
  ) => html`<tr${marked(row) && html` class="marked"`}>${columns.map((column, i) => cell(row, column, i))}</tr>
`,
)}</tbody>
</table></div>`;
}
