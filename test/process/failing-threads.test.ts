import { describe, expect, test } from "vitest";
import { begin, outcomeOf } from "./program.ts";

interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly details: { thread?: number };
}

async function rejectionOf(which: string, how: string): Promise<Rejection> {
  const { stdout, code, hung } = await outcomeOf("failing-threads.ts", "run", which, how);
  expect({ hung, code }).toEqual({ hung: false, code: 0 });
  return JSON.parse(stdout) as Rejection;
}

describe("a thread that dies under a task: joins of its tasks reject with ERR_THREAD_DIED, in time", () => {
  test.each([
    ["process.exit", "exits", "spawn", "exit code 3", "exits"],
    ["process.exit under go", "exits", "go", "exit code 3", "tellsAndWaits"],
    ["an exception in an immediate", "throwsLater", "spawn", "in an immediate", "throwsLater"],
    ["an unhandled rejection", "rejectsLater", "go", "nobody catches this", "tellsAndWaits"],
  ])("%s", async (_what, which, how, text, task) => {
    const { code, message, details } = await rejectionOf(which, how);
    expect({ code, details }).toEqual({ code: "ERR_THREAD_DIED", details: { thread: expect.any(Number) as number, task } });
    expect(message).toContain(text);
  });
});

test("a thread that dies in a runtime of start: its tasks settle, it is replaced, everything else continues", { tags: ["deep"] }, async () => {
  const { stdout, code, hung } = await outcomeOf("failing-threads.ts", "open");
  expect({ code, hung }).toEqual({ code: 0, hung: false });
  expect(stdout.trim().split("\n")).toEqual([
    "warning WARREN_THREAD_DIED thread 1 died: it ended with exit code 3. 2 tasks on it are lost. The thread will be replaced",
    "rejected ERR_THREAD_DIED",
    "rejected ERR_THREAD_DIED",
    "fulfilled 5",
    "fulfilled undefined",
    "on thread 1 again: 7",
  ]);
});

describe("a task that computes without awaiting", () => {
  for (const [when, tags] of [["at once", []], ["later", ["deep"]]] as const) {
    test(`is reported once per name, with its thread: ${when}`, { tags: [...tags] }, async () => {
      const { stdout, code, hung } = await outcomeOf("failing-threads.ts", "stuck", when);
      expect({ code, hung }).toEqual({ code: 0, hung: false });
      const warnings = stdout.trim().split("\n");
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^warning WarrenWarning WARREN_STUCK_TASK task (hog|hogLater) has blocked thread 0 for \d+ ms/);
      expect(warnings[0]).toContain("yieldNow");
    });
  }

  test("a closure of a task is named itself, not the task", { tags: ["deep"] }, async () => {
    const { stdout } = await outcomeOf("failing-threads.ts", "stuck", "in a closure");
    expect(stdout).toMatch(/^warning WarrenWarning WARREN_STUCK_TASK closure counting has blocked thread 0 for \d+ ms[^\n]*\n$/);
  });

  test.each([
    ["after it has woken another", "task wakes", "task receives"],
    ["after another has woken it", "task woken", "task sendsLater"],
  ])("%s: both are named, because which of them runs cannot be seen", { tags: ["deep"] }, async (when, one, other) => {
    const { stdout } = await outcomeOf("failing-threads.ts", "stuck", when);
    const warnings = stdout.trim().split("\n");
    for (const warning of warnings) expect(warning).toMatch(new RegExp(`^warning WarrenWarning WARREN_STUCK_TASK (${one}, or ${other}|${other}, or ${one}), which it has woken, has blocked thread 0 for \\d+ ms`));
  });

  test("a closure on the main thread is reported once per name, when it stops", { tags: ["deep"] }, async () => {
    const { stdout, code, hung } = await outcomeOf("failing-threads.ts", "main");
    expect({ code, hung }).toEqual({ code: 0, hung: false });
    const warnings = stdout.trim().split("\n");
    expect(warnings).toEqual(["heavy", "heavyLater"].map((name) => expect.stringMatching(new RegExp(`^warning WarrenWarning WARREN_STUCK_TASK closure ${name} has blocked the main thread for \\d+ ms`))));
    expect(warnings[0]).toContain("Wrap it in task(import.meta, …) to run it on a thread");
  });

  test("for a few milliseconds at a time is none", { tags: ["deep"] }, async () => {
    expect(await outcomeOf("failing-threads.ts", "short")).toEqual({ stdout: "", stderr: "", code: 0, signal: null, hung: false });
  });
});

describe("an endless loop on a thread", () => {
  test("stop ends it by force", { tags: ["deep"] }, async () => {
    const { stdout, code, hung } = await outcomeOf("failing-threads.ts", "endless", "stop");
    expect({ stdout, code, hung }).toEqual({ stdout: "done\n", code: 0, hung: false });
  });

  test("process.exit ends it", { tags: ["deep"] }, async () => {
    expect(await outcomeOf("failing-threads.ts", "endless", "exit")).toMatchObject({ code: 5, hung: false });
  });

  test.skipIf(process.platform === "win32")("a signal ends it", { tags: ["deep"] }, async () => {
    const program = begin("failing-threads.ts", "endless", "signal");
    await program.printed("ready");
    program.kill("SIGINT");
    expect(await program.outcome).toMatchObject({ code: null, signal: "SIGINT", hung: false });
  });
});
