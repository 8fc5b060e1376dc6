/** `warren patterns` as a process. */
import { describe, expect, test } from "vitest";
import { warren } from "../warren-process.ts";

describe("warren patterns", () => {
  test("runs the ones named, and shows the deadlock report of the one without a ball", async () => {
    const { code, stdout } = await warren(["patterns", "Compose", "ping-pong-no-ball", "--threads", "1", "-q"]);
    expect(stdout).toMatch(/^compose: functions made of functions\n {2}compose\(sin, cos\)\(0\.5\) +0\.7692 +0\.7692 +holds$/m);
    expect(stdout).toContain("deadlock: every task waits for another, and none can ever continue");
    expect(stdout.match(/- task player #\d+ on thread 0: receive chan\(i32, 0\)/g)).toHaveLength(2);
    expect(stdout).toContain("All 3 checks held.");
    expect(code).toBe(0);
  });

  test("runs all of them on two threads", { tags: ["deep"] }, async () => {
    const { code, stdout } = await warren(["patterns", "--threads", "2", "--format", "json", "-q"]);
    const { findings, config } = JSON.parse(stdout);
    expect(config.patterns).toBe(23);
    expect(findings.filter(({ kind, verdict }: { kind: string; verdict: string }) => kind === "check" && verdict !== "holds")).toEqual([]);
    expect(new Set(findings.map(({ part }: { part: string }) => part)).size).toBe(23);
    expect(code).toBe(0);
  });

  test("refuses a name that it does not know", async () => {
    const { code, stderr } = await warren(["patterns", "fanin"]);
    expect(stderr).toMatch(/^warren: patterns: "fanin" is not one of generator, .* — did you mean fan-in\?\n$/);
    expect(code).toBe(2);
  });
});
