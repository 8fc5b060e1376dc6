/**
 * Markup that cannot be broken into: what is put into a template is escaped
 * unless it is markup itself. Source of the idea: lit's and hono's `html`. Below it
 * are the parts that every section of the report has, so that all look alike.
 */

/** Text that is markup already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: markup as it is, text and numbers escaped, lists one after the other, `null` and `false` as nothing. */
export type Piece = Html | string | number | null | undefined | false | readonly Piece[];

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A template whose values are escaped, also inside quoted attributes. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(parts.reduce((text, part, index) => text + rendered(pieces[index - 1]) + part));
}

/** Markup as it is: only for text that this program itself has drawn or written. */
export function raw(text: string): Html {
  return new Html(text);
}

function rendered(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return "";
  if (piece instanceof Html) return piece.text;
  if (typeof piece === "object") return piece.map(rendered).join("");
  return String(piece).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] as string);
}

/**
 * JSON for a script element: nothing in it can end the element or begin a
 * comment, since `<` is written as an escape, and it is the same JSON.
 */
export function inlineJson(value: unknown): Html {
  const text = JSON.stringify(value).replaceAll("<", String.raw`\u003c`).replaceAll("\u2028", String.raw`\u2028`).replaceAll("\u2029", String.raw`\u2029`);
  return new Html(text);
}

/** How to read the picture that follows. */
export function reading(...text: readonly Piece[]): Html {
  return html`<p class="reading"><strong>How to read it:</strong> ${text}</p>`;
}

/** Why there is no picture. */
export function absent(...text: readonly Piece[]): Html {
  return html`<p class="absent">${text}</p>`;
}

/** A column of a table: its title, its text in a row, and whether that is a number. */
export interface Column<Row> {
  readonly title: Piece;
  readonly text: (row: Row) => Piece;
  readonly isNumber?: boolean;
}

/** Rows with a title of their own; `null`: none. */
export interface RowsOf<Row> {
  readonly title: Piece;
  readonly rows: readonly Row[];
}

/** A table; its first column names the rows. */
export function table<Row>(caption: Piece, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  return groupedTable(caption, columns, [{ title: null, rows }]);
}

/** A table of several groups of rows. */
export function groupedTable<Row>(caption: Piece, columns: readonly Column<Row>[], groups: readonly RowsOf<Row>[]): Html {
  const kind = ({ isNumber = false }: Column<Row>): string => (isNumber ? "number" : "word");
  return html`<div class="scroll" tabindex="0" role="group" aria-label="table, scrolls sideways"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.title}</th>`)}</tr></thead>
${groups.map(({ title, rows }) => html`<tbody>${title !== null && html`<tr><th scope="rowgroup" class="group" colspan="${columns.length}">${title}</th></tr>
`}${rows.map((row) => html`<tr>${columns.map((column, index) => (index === 0
    ? html`<th scope="row" class="${kind(column)}">${column.text(row)}</th>`
    : html`<td class="${kind(column)}">${column.text(row)}</td>`))}</tr>
`)}</tbody>`)}</table></div>`;
}

/** The numbers of a picture, folded away, with what explains them. */
export function asTable<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[], note: Piece = null): Html {
  return html`<details class="as-table"><summary>The same as a table</summary>${table(caption, columns, rows)}${note}</details>`;
}
