/** The vitest example of docs/testing.md runs as it stands; with its close left out it fails as the page says. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksOf, makeFolder, removeFolder, runNode, writeProgram } from "./page.ts";

let folder: string;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => {
  removeFolder(folder);
});

/** Runs the example's files, changed by `edit`, under vitest in a process of its own. */
async function runExample(edit: (text: string) => string): Promise<{ code: number; output: string }> {
  for (const { text } of blocksOf("docs/testing.md")) {
    const [first, name] = /^\/\/ (\S+)\n/.exec(text) ?? [""];
    if (name !== undefined) writeProgram(folder, name, edit(text.slice(first.length)));
  }
  writeFileSync(join(folder, "vitest.config.ts"), 'export default { test: { include: ["totals.test.ts"], pool: "forks", testTimeout: 4000, execArgv: ["--liftoff-only"] } };\n');
  const { code, stdout, stderr } = await runNode([fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url)), "run", "--root", folder]);
  return { code, output: stdout + stderr };
}

test("the example passes", { tags: ["deep"] }, async () => {
  expect(await runExample((text) => text)).toMatchObject({ code: 0, output: expect.stringMatching(/Tests\s+1 passed/) });
});

test("without the close it names the task, the main thread and the channel", { tags: ["deep"] }, async () => {
  const { code, output } = await runExample((text) => text.replace("  numbers.close();\n", ""));
  expect(code).toBe(1);
  expect(output).toContain("the runtime is not quiet. Still there after repeated checks:");
  expect(output).toMatch(/task total #\d+ on thread [01]: receive chan\(i32, 4\) #\S+ for \d+ ms, at total \(.*totals\.ts:\d+:\d+\), started at .*totals\.test\.ts/);
  expect(output).toMatch(/the main thread: receive chan\(i32, 1\)/);
  expect(output).toMatch(/chan\(i32\) #\S+ of capacity 4: 0 values, 1 receivers and 0 senders waiting, 2 references/);
});
