/** What a process prints, and how it ends, when its program has a usual slip; and what tasks print, in which order. */
import { describe, expect, test } from "vitest";
import { outcomeOf } from "./program.ts";

describe("slips", { tags: ["deep"] }, () => {
  test("a lock that is not awaited: one warning, with the line", async () => {
    const { stderr, code } = await outcomeOf("slips.ts", "a bare lock");
    expect(code).toBe(0);
    expect(stderr.match(/WARREN_NOT_AWAITED/g)).toHaveLength(1);
    expect(stderr).toMatch(/task bareLock has ended without awaiting an operation \(lock: Mutex .*\n.*slips\.ts:5:/);
  });

  test("a send that nobody awaits and that fails: the line of the program, none of warren", async () => {
    const { stderr, code, hung } = await outcomeOf("slips.ts", "a dropped send");
    expect({ code, hung }).toEqual({ code: 1, hung: false });
    expect(stderr).toMatch(/WARREN_THREAD_DIED.*\nWarrenError: send on closed .*\n {4}at dropsASend .*slips\.ts:11:/);
    expect(stderr).not.toMatch(/\/src\/|piscina/);
  });

  test("the failure of a task that had not started when main returned ends the program with code 1", async () => {
    const { stdout, stderr, code } = await outcomeOf("slips.ts", "a failure when main returns");
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr).toMatch(/^RangeError: fails immediately\n {4}at fails .*slips\.ts/);
  });
});

describe("what tasks print", { tags: ["deep"] }, () => {
  test("is in the order of what happened before, over threads", async () => {
    const { stdout, code } = await outcomeOf("slips.ts", "lines in turn");
    expect(code).toBe(0);
    expect(stdout.trim().split("\n").map(Number)).toEqual(Array.from({ length: 2000 }, (_, k) => k + 1));
  });

  test("comes before what the main thread prints when it has their results", async () => {
    const { stdout } = await outcomeOf("slips.ts", "lines of main between");
    expect(stdout).toBe("0\nmain\n".repeat(50));
  });

  test("is whole when the process exits, and when a thread does", async () => {
    const { stdout, code } = await outcomeOf("slips.ts", "lines, then exit");
    const lines = stdout.trim().split("\n").map(Number);
    expect(code).toBe(4);
    expect(lines.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, k) => k >> 1));
    expect((await outcomeOf("slips.ts", "last words")).stdout).toBe("last words\nERR_THREAD_DIED\n");
  });
});

test("a task has the arguments of the program", { tags: ["deep"] }, async () => {
  expect((await outcomeOf("slips.ts", "arguments", "--fast", "x y")).stdout).toBe('["arguments","--fast","x y"]\n');
});
