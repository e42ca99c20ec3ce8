// Tables of Markdown pages that are made from the sources.

/** Text of others in a cell of a table: as it is, but for what Markdown would obey in it. */
export function cell(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replace(/[|<\\*]/g, (sign) => `\\${sign}`)
    .trim();
}

/** Text as code in a cell of a table. */
export function codeCell(text: string): string {
  const shown = text.replaceAll('\n', ' ').replaceAll('|', '\\|').trim();
  return shown.includes('`') ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
