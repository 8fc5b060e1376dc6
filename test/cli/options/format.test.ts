import { describe, expect, it } from "vitest";
import { formatOf } from "../../../src/cli/options/measuring.ts";

const ALL = ["table", "json", "csv", "markdown", "benchfmt", "html", "svg"] as const;

describe("formatOf", () => {
  it.each<[Parameters<typeof formatOf>[0], string]>([
    [{}, "table"],
    [{ output: "run.json" }, "json"],
    [{ output: "run.CSV" }, "csv"],
    [{ output: "a.b/run.md" }, "markdown"],
    [{ output: "report.html" }, "html"],
    [{ output: "run.txt" }, "table"],
    [{ output: "run.txt", plain: true }, "table"],
    [{ output: "run.bench" }, "benchfmt"],
    [{ output: "slide.svg" }, "svg"],
    [{ output: "run.out", format: "csv" }, "csv"],
    [{ output: "result" }, "table"],
    [{ output: "json" }, "table"],
    [{ output: "run.json", format: "csv" }, "csv"],
    [{ output: "run.json", format: "table", plain: true }, "table"],
  ])("%j: %s", (raw, expected) => expect(formatOf(raw, ALL)).toBe(expected));

  it.each<[Parameters<typeof formatOf>[0], string]>([
    [{ format: "yaml" }, '--format: "yaml" is not one of table, json'],
    [{ format: "json", plain: true }, "--plain cannot be used with --format json"],
    [{ output: "run.csv", plain: true }, '--plain cannot be used with --output "run.csv", because its extension selects csv'],
    [{ output: "run.csv" }, '--output: "run.csv" selects the format csv by its extension, which is not one of table, json. Use --format to choose one'],
    [{ output: "q2.pdf" }, '--output: "q2.pdf" selects no format: its extension ".pdf" is not one of .txt, .json. Use --format to choose one'],
    [{ output: "run.v1.2" }, '--output: "run.v1.2" selects no format: its extension ".2" is not one of .txt, .json. Use --format to choose one'],
  ])("refuses %j where there are table and json", (raw, message) => expect(() => formatOf(raw, ["table", "json"])).toThrow(message));
});
