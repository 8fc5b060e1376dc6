/** The README's first program runs as it stands and prints what the README says. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url);

test("the README's first program prints what stands below it", () => {
  const readme = readFileSync(new URL("README.md", root), "utf8");
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readme) as RegExpExecArray;
  const [, printed] = /```text\n([\s\S]*?)```/.exec(readme) as RegExpExecArray;
  const folder = mkdtempSync(join(tmpdir(), "warren-readme-"));
  try {
    const file = join(folder, "program.mts");
    writeFileSync(file, program.replace('from "warren"', `from ${JSON.stringify(new URL("src/index.ts", root).href)}`));
    expect(execFileSync(process.execPath, [file], { encoding: "utf8", timeout: 30_000 })).toBe(printed);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
