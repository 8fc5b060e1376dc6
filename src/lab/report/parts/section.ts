/** The parts that every section of the report has, so that all look and read alike. */
import { html, type Html, type Piece } from "./html.ts";

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

/** A table; its first column names the rows. */
export function table<Row>(caption: Piece, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const kind = ({ isNumber = false }: Column<Row>): string => (isNumber ? "number" : "word");
  return html`<div class="scroll" tabindex="0" role="group" aria-label="table, scrolls sideways"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${kind(column)}">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${columns.map((column, index) => (index === 0
    ? html`<th scope="row" class="${kind(column)}">${column.text(row)}</th>`
    : html`<td class="${kind(column)}">${column.text(row)}</td>`))}</tr>
`)}</tbody></table></div>`;
}

/** The numbers of a picture, folded away on a screen and open on paper. */
export function asTable<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  return html`<details class="as-table"><summary>The same as a table</summary>${table(caption, columns, rows)}</details>`;
}
