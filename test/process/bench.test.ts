// @module-tag deep
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { BenchResult } from "../../bench/rounds/result.ts";
import { warren } from "../cli/warren-process.ts";

const folder = mkdtempSync(join(tmpdir(), "warren-bench-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("warren bench", () => {
  it("saves a result under a name, and compares a later one with it", async () => {
    const first = await warren(["bench", "--quick", "--filter", "select", "--save", "before"], { cwd: folder });
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/^select +hot loop +1 +[\d.]+ ns \([\d.]+–[\d.]+\)/m)]);
    expect(first.stderr).toContain("wrote .warren/before.json");
    const saved = JSON.parse(readFileSync(join(folder, ".warren/before.json"), "utf8")) as BenchResult;
    expect([saved.schema, saved.config.quick, saved.figures.every(({ samples }) => samples.length === 3)]).toEqual(["warren-bench/2", true, true]);

    const second = await warren(["bench", "--quick", "--filter", "select", "--baseline", "before"], { cwd: folder });
    expect([second.code, second.stdout]).toEqual([0, expect.stringMatching(/^select +warren, hot loop, 1 thread +[\d.]+ ns \([\d.]+–[\d.]+\) +[\d.]+ ns \([\d.]+–[\d.]+\) +\d+\.\d\d +(?:the ranges overlap|worse|better)$/m)]);

    const full = await warren(["bench", "--filter", "select", "--baseline", "before"], { cwd: folder });
    expect([full.code, full.stdout, full.stderr]).toEqual([2, "", expect.stringContaining('warren: --baseline: "before" was measured with --quick: measure in the same way\n')]);
  });

  it("measures files with the same sums in every form, and leaves none", async () => {
    const { code, stdout } = await warren(["bench", "--quick", "--filter", "files", "--format", "json", "--save", "files.json"], { cwd: folder, environment: { TMPDIR: folder } });
    const { figures, failures } = JSON.parse(stdout) as BenchResult;
    expect([code, failures]).toEqual([0, []]);
    expect(figures.filter(({ side }) => side !== "go").map(({ side, form, threads }) => `${side} ${form} ${threads}`).toSorted()).toEqual(["bare Workers  1", "bare Workers  2", "piscina  1", "piscina  2", "warren parallelMap 1", "warren parallelMap 2"]);
    expect(JSON.parse(readFileSync(join(folder, "files.json"), "utf8"))).toMatchObject({ schema: "warren-bench/2" });
    expect(readdirSync(folder).filter((name) => name.startsWith("warren-bench-"))).toEqual([]);
  });

  it("measures warren on another Node, too", async () => {
    const { code, stdout } = await warren(["bench", "--quick", "--filter", "select", "--node", process.execPath, "--format", "json"]);
    const { figures, failures } = JSON.parse(stdout) as BenchResult;
    expect([code, failures, figures.filter(({ side }) => side === "warren").map(({ node, threads }) => [node, threads])]).toEqual([0, [], [[undefined, 1], [undefined, 2], [process.versions.node, 1], [process.versions.node, 2]]]);
  });
});
