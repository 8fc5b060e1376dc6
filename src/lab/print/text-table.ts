/**
 * Text in columns, for terminals and files: each as wide as its widest text,
 * blanks between them. Nothing is cut off; a text may have several lines.
 */
import { stripVTControlCharacters } from "node:util";

/** Blanks between columns. */
export const GAP = 2;

const NARROW = /[\p{Mark}\p{Format}]/gu;
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;

/** Cells of a terminal that a line takes: none for colours and accents, two for East Asian characters and emoji. */
export function displayWidth(text: string): number {
  const bare = stripVTControlCharacters(text);
  return [...bare].length - (bare.match(NARROW)?.length ?? 0) + (bare.match(WIDE)?.length ?? 0);
}

/** The width of each column. */
export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, ...text.split("\n").map(displayWidth));
  }
  return widths;
}

/** One text for each row, without blanks at the end of a line. `align`: by column, the last for all further ones. */
export function textTable(rows: readonly (readonly string[])[], align: readonly ("left" | "right")[], gap = GAP): string[] {
  const widths = columnWidths(rows);
  return rows.map((row) => {
    const cells = row.map((text) => text.split("\n"));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) => cells.map((lines, column) => {
      const text = lines[line] ?? "";
      const blanks = " ".repeat((widths[column] as number) - displayWidth(text));
      return (align[column] ?? align.at(-1)) === "right" ? blanks + text : text + blanks;
    }).join(" ".repeat(gap)).trimEnd()).join("\n");
  });
}
