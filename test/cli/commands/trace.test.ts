/** `warren trace` for real, as small as it gets: streams, files, exit codes. No assertion on a time. */
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChromeTrace } from "../../../src/lab/trace/chrome.ts";
import type { TraceFile } from "../../../src/lab/trace/trace-file.ts";
import { warren } from "../warren-process.ts";

const SMALL = ["gophers", "--books", "12", "--unit", "1ms", "--min-time", "1"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-trace-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("warren trace", () => {
  it("shows who ran when on each thread, what each task did, r(t) and c(t), and the figures", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["trace", ...SMALL], { environment: { COLUMNS: "60" } });
    expect(code).toBe(0);
    for (const line of [/^thread 0 {3}│[A-Ea-e·]{47}│$/m, /^thread 1 {3}│[A-Ea-e·]{47}│$/m, /^[A-E] gophers {2}│[─█▂░]{47}│$/m, /^[A-E] loader {3}│[─█▂░· ]{47}│$/m, /^[A-E] returner │[─█▂░· ]{47}│$/m, /^r\(t\) {7}│[▁-█]{47}│$/m, /^c\(t\) {7}│[▁-█]{47}│$/m, /^gophers G6, wait, 2 threads: 12 books in /m, /^T .*, W .*, A = W\/T /m]) expect(stdout).toMatch(line);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(/events, none lost; 3 runs without a trace took .* than their median/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(stderr).toContain("the run with a trace\n");
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });

  it("writes a file for Perfetto and shows the figures", async () => {
    const path = join(folder, "trace.json");
    const { code, stdout, stderr } = await warren(["trace", ...SMALL, "-o", path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gophers G6, wait, 2 threads/);
    expect(stdout).not.toContain("thread 0 │");
    expect(stderr).toContain(`wrote ${path}: open it at https://ui.perfetto.dev`);
    const { traceEvents, displayTimeUnit, otherData } = JSON.parse(await readFile(path, "utf8")) as ChromeTrace;
    expect(displayTimeUnit).toBe("ms");
    expect(otherData["command"]).toContain("trace gophers --books 12");
    const tracks = traceEvents.flatMap((event) => (event.ph === "M" && event.name === "thread_name" ? [String(event.args["name"]).replace(/ #\d+$/, "")] : []));
    expect(tracks).toEqual(expect.arrayContaining(["thread 0", "thread 1", "gophers", "loader", "mover", "burner", "returner"]));
    expect(traceEvents.some(({ ph }) => ph === "f")).toBe(true);
  });

  it("gives figures and timeline for a program", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["trace", ...SMALL, "--threads", "1", "--format", "json", "-q"]);
    expect([code, stderr]).toEqual([0, ""]);
    const { schema, activity, timeline, threads, untracedNs } = JSON.parse(stdout) as TraceFile;
    expect(schema).toBe("warren-trace/1");
    expect([threads, timeline.threads, activity.hist.length, untracedNs.length]).toEqual([1, 1, 2, 3]);
    expect(timeline.runs.length).toBeGreaterThan(12);
    expect(Math.abs(activity.hist.reduce((sum, share) => sum + share, 0) - 1)).toBeLessThan(1e-9);
  });

  it("records one of the talk's programs, with its own options", { tags: ["deep"] }, async () => {
    const { code, stdout } = await warren(["trace", "patterns", "ping-pong", "--threads", "2", "--plain", "-q"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^thread 1 +\|[A-Za-z.]+\|$/m);
    expect(stdout).toMatch(/^patterns, 2 threads: /m);
  });

  it("says that a pattern which ends in a deadlock cannot be recorded", { tags: ["deep"] }, async () => {
    const { code, stderr } = await warren(["trace", "patterns", "ping-pong-no-ball", "-q"]);
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be traced: it is meant to end in a deadlock");
  });
});

describe("a command line that cannot be obeyed", { tags: ["deep"] }, () => {
  it.each([
    [["trace"], "trace needs a program: gophers, dot, balance"],
    [["trace", "gofers"], 'there is no program "gofers" to trace — did you mean gophers?'],
    [["trace", "gophers", "--designs", "G1,G6"], "--designs: a trace shows one run, not 2 (G1, G6)"],
    [["trace", "gophers", "--design", "G6"], "unknown option '--design' — did you mean --designs?"],
    [["trace", "gophers", "-o", join("nowhere", "trace.json")], '--output: "nowhere/trace.json" cannot be written: no such file or directory'],
    [["trace", "search", "-o", join("nowhere", "trace.json")], '--output: "nowhere/trace.json" cannot be written: no such file or directory'],
    [["trace", "balance", "--policy", "heep"], '--policy: "heep" is not one of heap'],
    [["trace", "gophers", "--manifest", "m.txt"], "unknown option '--manifest'"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await warren(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("has written nothing", async () => {
    await expect(access("nowhere")).rejects.toThrow("ENOENT");
  });
});
