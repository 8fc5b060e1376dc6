/** The format of a result: as asked for, or else what the file's name says. */
import { extname } from "node:path";
import { UsageError } from "./usage-error.ts";
import { oneOf } from "./values.ts";

/** What each ending asks for. */
const BY_EXTENSION: Readonly<Record<string, string>> = { ".json": "json", ".csv": "csv", ".md": "markdown", ".html": "html", ".txt": "table" };

/** The options as commander gives them. */
export interface RawFormat {
  readonly format?: string;
  readonly output?: string;
  readonly plain?: boolean;
}

/** The format among those a command has; the first is what holds when nothing is said. An ending that says nothing is no error, one that asks for what the command lacks is. */
export function formatOf<Format extends string>({ format, output, plain }: RawFormat, formats: readonly [Format, ...Format[]]): Format {
  if (format !== undefined) {
    const chosen = oneOf("--format", format, formats);
    if (plain === true && chosen !== "table") throw new UsageError(`--plain is a form of the table: it does not go with --format ${chosen}`);
    return chosen;
  }
  const named = output === undefined ? undefined : BY_EXTENSION[extname(output).toLowerCase()];
  if (named === undefined) return formats[0];
  if (plain === true && named !== "table") throw new UsageError(`--plain is a form of the table: it does not go with --output ${JSON.stringify(output)}, whose name asks for ${named}`);
  const found = formats.find((known) => known === named);
  if (found === undefined) throw new UsageError(`--output: ${JSON.stringify(output)} asks for ${named} by its name, which is not one of ${formats.join(", ")}; --format says otherwise`);
  return found;
}
