import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { outcomeOf } from "./program.ts";

describe("threads that cannot start, and modules that they cannot import", () => {
  test("a thread that fails while it starts: one error, no loop", { tags: ["deep"] }, async () => {
    const preload = fileURLToPath(new URL("./programs/preloads/broken.mjs", import.meta.url));
    const { stderr, stdout, code, hung } = await outcomeOf("closed-world.ts", "uncaught", "returns", { execArgv: ["--import", preload] });
    expect({ stdout, code, hung }).toEqual({ stdout: "", code: 1, hung: false });
    expect(stderr).toContain("ERR_THREAD_START");
    expect(stderr).toContain("no thread shall start");
  });

  test("a module with tasks that throws on threads", { tags: ["deep"] }, async () => {
    const { stderr, code, hung } = await outcomeOf("broken-module.ts");
    expect({ code, hung }).toEqual({ code: 1, hung: false });
    expect(stderr).toContain("ERR_TASK_MODULE");
    expect(stderr).toContain("only the main thread can import this");
    expect(stderr).toContain("broken-module.ts");
  });

  test("run() at the top level of a module with tasks: every thread would run it again", async () => {
    const { stderr, code, hung } = await outcomeOf("nested-run.ts");
    expect({ code, hung }).toEqual({ code: 1, hung: false });
    expect(stderr).toContain("isMain(import.meta)");
  });
});

test("names and paths in any script, with what a URL must escape", { tags: ["deep"] }, async () => {
  expect(await outcomeOf("программа #1 %41 ワーク.ts")).toEqual({ stdout: "привет, 世界 🐹\n", stderr: "", code: 0, signal: null, hung: false });
});

test("importing warren, and running it, changes no global", async () => {
  const { stdout, code } = await outcomeOf("globals.ts");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toEqual(["imported []", "stopped []"]);
});

test("eight threads with parked tasks use no CPU", { tags: ["deep"] }, async () => {
  const { stdout, code } = await outcomeOf("idle-cpu.ts");
  expect(code).toBe(0);
  const { share, sleeps, ms } = JSON.parse(stdout) as { share: number; sleeps: number; ms: number };
  process.stdout.write(`idle: ${(100 * share).toFixed(2)} % of one core over ${ms} ms, ${sleeps} wake-ups\n`);
  // The goal is below 1 %; a shared machine's noise gets some room.
  expect(share).toBeLessThan(0.05);
});

describe("under Node's flags for security", { tags: ["deep"] }, () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));

  test.each([
    ["--permission, with the project's folder to read", ["--permission", "--allow-worker", `--allow-fs-read=${root}`]],
    ["--disallow-code-generation-from-strings", ["--disallow-code-generation-from-strings"]],
  ])("%s: programs run, and a deadlock is certain", async (_, execArgv) => {
    const { stdout, code, hung } = await outcomeOf("closed-world.ts", "one by one", "returns", "contextNobodyCancels", { execArgv: ["--no-warnings", ...execArgv] });
    expect({ code, hung }).toEqual({ code: 0, hung: false });
    expect(stdout).toContain('"returned":42');
    expect(stdout).toContain("ERR_DEADLOCK");
  });

  test("--frozen-intrinsics: programs run; it hides what could wake a task, so a deadlock is only possible", async () => {
    const { stdout, code, hung } = await outcomeOf("closed-world.ts", "one by one", "returns", "contextNobodyCancels", { execArgv: ["--no-warnings", "--frozen-intrinsics"] });
    expect({ code, hung }).toEqual({ code: 4, hung: false });
    expect(stdout).toContain('"returned":42');
    expect(stdout).toMatch(/WARREN_STANDSTILL possible deadlock[\s\S]*--frozen-intrinsics hides/);
  });
});
