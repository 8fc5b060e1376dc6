/** The format of a result: from --format, or else from the extension of the file. */
import { extname } from "node:path";
import { UsageError } from "./usage-error.ts";
import { oneOf, type Raw } from "./values.ts";

/** The format that each extension selects. */
const BY_EXTENSION: Readonly<Record<string, string>> = { ".json": "json", ".csv": "csv", ".md": "markdown", ".html": "html", ".txt": "table" };

/** The options as commander gives them. */
export type RawFormat = Raw<"format" | "output", "plain">;

/** The format among those a command has; the first is the default. An unknown extension is not an error; one that selects a format that the command lacks is. */
export function formatOf<Format extends string>({ format, output, plain }: RawFormat, formats: readonly [Format, ...Format[]]): Format {
  if (format !== undefined) {
    const chosen = oneOf("--format", format, formats);
    if (plain === true && chosen !== "table") throw new UsageError(`--plain cannot be used with --format ${chosen}`);
    return chosen;
  }
  const named = output === undefined ? undefined : BY_EXTENSION[extname(output).toLowerCase()];
  if (named === undefined) return formats[0];
  if (plain === true && named !== "table") throw new UsageError(`--plain cannot be used with --output ${JSON.stringify(output)}, because its extension selects ${named}`);
  const found = formats.find((known) => known === named);
  if (found === undefined) throw new UsageError(`--output: ${JSON.stringify(output)} selects the format ${named} by its extension, which is not one of ${formats.join(", ")}. Use --format to choose one`);
  return found;
}
