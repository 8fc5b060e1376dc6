/** docs/reliability.md: each promise of its table names a test that is there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../structure/sources.ts";

const page = readFileSync(join(ROOT, "docs/reliability.md"), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| ") && line.includes("../test/"));

test("the table has a test for each line", () => {
  const lines = page.slice(page.indexOf("## The table"), page.indexOf("## Death")).split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  expect(rows).toEqual(lines.slice(1));
  expect(rows.length).toBeGreaterThan(15);
});

test.each(rows.map((row) => [row.split("|")[1].trim(), row] as const))("%s", (_what, row) => {
  const [, file, name] = /\]\(\.\.\/(test\/[\w./-]+)\) "([^"]+)" \|$/.exec(row) ?? [];
  expect(existsSync(join(ROOT, file)), file).toBe(true);
  expect(readFileSync(join(ROOT, file), "utf8")).toContain(`"${name}`);
});
