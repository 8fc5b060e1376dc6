/** The vitest example of docs/testing.md runs as it stands; with its close left out it fails as the page says. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = new URL("..", import.meta.url);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(fileURLToPath(root), "test", ".docs-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs the example's files, changed by `edit`, under vitest in a process of its own. */
function runExample(edit: (text: string) => string): Promise<{ code: number; output: string }> {
  const page = readFileSync(new URL("docs/testing.md", root), "utf8");
  for (const [, name, text] of page.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)) {
    writeFileSync(join(folder, name), edit(text.replaceAll('from "warren"', `from ${JSON.stringify(new URL("src/index.ts", root).href)}`)));
  }
  writeFileSync(join(folder, "vitest.config.ts"), 'export default { test: { include: ["totals.test.ts"], pool: "forks", testTimeout: 4000, execArgv: ["--liftoff-only"] } };\n');
  const vitest = fileURLToPath(new URL("node_modules/vitest/vitest.mjs", root));
  const env = { ...process.env, NODE_OPTIONS: "", FORCE_COLOR: "0", NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(process.execPath, [vitest, "run", "--root", folder], { env, timeout: 50_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

test("the example passes", async () => {
  expect(await runExample((text) => text)).toMatchObject({ code: 0, output: expect.stringMatching(/Tests\s+1 passed/) });
});

test("without the close it names the task, the main thread and the channel", async () => {
  const { code, output } = await runExample((text) => text.replace("  numbers.close();\n", ""));
  expect(code).toBe(1);
  expect(output).toContain("the runtime is not quiet, after a while of looking:");
  expect(output).toMatch(/task total #\d+ on thread [01]: receive chan\(i32, 4\) #\S+ for \d+ ms, started at .*totals\.test\.ts/);
  expect(output).toMatch(/the main thread: receive chan\(i32, 1\)/);
  expect(output).toMatch(/chan\(i32\) #\S+ of capacity 4: 0 values, 1 receivers and 0 senders waiting, 2 references/);
});
