/** `warren tasks` as a process: its checks, and a visible line where Go is missing. */
import { describe, expect, test } from "vitest";
import { warren } from "../warren-process.ts";

describe("warren tasks", () => {
  test.each(["1", "2"])("on %s threads wakes each task once and measures the heap", { tags: ["deep"] }, async (threads) => {
    const { code, stdout } = await warren(["tasks", "--count", "10000", "--threads", threads, "--format", "json", "-q"]);
    const { findings } = JSON.parse(stdout);
    expect(findings).toMatchObject([
      { kind: "check", measured: 10_000, verdict: "holds" },
      { kind: "statistic", measured: expect.any(Number) },
      { kind: "check", measured: 10_001, verdict: "holds" },
    ]);
    expect(code).toBe(0);
  });

  test("says that Go is not installed", { tags: ["deep"] }, async () => {
    const { code, stdout } = await warren(["tasks", "--count", "100", "--threads", "1", "-q"], { environment: { PATH: "/no/such/place" } });
    expect(stdout).toContain("Go: skipped: go is not installed");
    expect(stdout).toMatch(/100 goroutines +skipped/);
    expect(code).toBe(0);
  });

  test("refuses more than there is memory for", async () => {
    const { code, stderr } = await warren(["tasks", "--count", "10000000"], { node: ["--import", "data:text/javascript,process.availableMemory=()=>1e9"] });
    expect(stderr).toContain("warren: --count: 10000000 tasks need about 24.0 GB of memory; 1.0 GB are free");
    expect(code).toBe(2);
  });
});
