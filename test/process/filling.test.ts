// @module-tag deep
import { describe, expect, test } from "vitest";
import { outcomeOf } from "./program.ts";

const linesOf = (stdout: string): [string, unknown][] => stdout.trim().split("\n").map((line) => JSON.parse(line) as [string, unknown]);

describe("a thread whose heap is nearly full", () => {
  test("warns once, starts no more tasks, lives, and starts them again when there is room", async () => {
    const { stdout, code, hung } = await outcomeOf("filling.ts", "full");
    expect({ code, hung }).toEqual({ code: 0, hung: false });
    // Main looks now and then: its warning comes at any time, at the latest when the runtime stops.
    const lines = linesOf(stdout);
    const warnings = lines.filter(([what]) => what === "warning");
    const [refused, ...rest] = lines.filter(([what]) => what !== "warning");
    expect(warnings).toEqual([["warning", ["WARREN_MEMORY", expect.stringMatching(/^the heap of thread 0 is nearly full: \d+ of 96 MiB live/)]]]);
    expect(refused).toEqual(["refused", ["ERR_HEAP_FULL", { thread: 0, used: expect.any(Number), limit: 96 * 2 ** 20 }]]);
    const { used, limit } = (refused[1] as [string, { used: number; limit: number }])[1];
    expect(used / limit).toBeGreaterThan(0.8);
    expect(rest).toEqual([
      ["elsewhere", Array(10).fill(42)],
      ["again", true],
    ]);
  });

  test("a go task that it refuses ends the runtime, as its failure would", async () => {
    const { stderr, code, hung } = await outcomeOf("filling.ts", "go");
    expect({ code, hung }).toEqual({ code: 1, hung: false });
    expect(stderr).toContain("ERR_HEAP_FULL");
  });

  test("garbage alone, many times the limit, fills it never", async () => {
    const { stdout, code, hung } = await outcomeOf("filling.ts", "garbage");
    expect({ code, hung }).toEqual({ code: 0, hung: false });
    expect(linesOf(stdout)).toEqual([["ended", true]]);
  });
});
