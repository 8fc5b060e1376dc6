/** `warren sieve` as a process: its checks hold on one thread and on two, and its table names every cell. */
import { expect, test } from "vitest";
import { warren } from "../warren-process.ts";

test.each(["1", "2"])("warren sieve on %s threads: all checks hold", { tags: ["deep"] }, async (threads) => {
  const { code, stdout } = await warren(["sieve", "--primes", "25", "--runs", "1", "--threads", threads, "--format", "json", "-q"]);
  const { findings, series } = JSON.parse(stdout);
  expect(findings.filter(({ kind }: { kind: string }) => kind === "check")).toMatchObject([
    { measured: threads === "1" ? 3 : 9, verdict: "holds" },
    { measured: 97, verdict: "holds" },
    { measured: 432, verdict: "holds" },
    { measured: 26, verdict: "holds" },
  ]);
  expect(series[0].rows.map(([name]: [string]) => name)).toEqual(["1 thread", ...(threads === "1" ? [] : ["2 threads, contiguous blocks", "2 threads, spread"])]);
  expect(code).toBe(0);
});
