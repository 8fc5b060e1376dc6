import { describe, expect, it } from "vitest";
import { NORMAL, QUICK, resolveOptions, wantsColor, type RawOptions } from "../../../src/cli/options/measuring.ts";

const resolve = (raw: RawOptions, environment: NodeJS.ProcessEnv = {}, tty = false) => resolveOptions(raw, NORMAL, tty, environment);

describe("resolveOptions", () => {
  it("has the defaults of the protocol", () => {
    expect(resolve({})).toEqual({
      blocks: 10, runs: 5, budget: { ms: 55_000, leastBlocks: 1, leastRuns: 1 }, seed: 1, warmupMs: 100, minTimeMs: 100, strict: false, cpus: null, save: null, baseline: null, gate: null, format: "table", theme: "auto", output: null,
      plain: false, color: false, quiet: false, verbose: false,
    });
  });

  it("knows three efforts, and numbers of one's own go before them", () => {
    expect(resolve({ quick: true })).toMatchObject(QUICK);
    expect(resolve({ publish: true })).toMatchObject({ blocks: 20, runs: 5 });
    expect(resolve({ quick: true, runs: "3" })).toMatchObject({ blocks: 6, runs: 3, budget: undefined });
    expect(resolve({ publish: true }).budget).toBeUndefined();
    expect(resolve({ blocks: "7" })).toMatchObject({ blocks: 7, runs: 5, budget: { leastBlocks: 7, leastRuns: 1 } });
    expect(resolve({ blocks: "7", runs: "30" })).toMatchObject({ blocks: 7, runs: 30, budget: { leastBlocks: 7, leastRuns: 30 } });
  });

  it.each<[RawOptions, string]>([
    [{ quick: true, publish: true }, "use --quick or --publish, not both"],
    [{ maxRegression: "5%" }, "--max-regression needs --baseline: slower than what?"],
    [{ baseline: "main", maxRegression: "1%" }, '--max-regression: "1%" is not a percentage from 3%'],
    [{ save: "a/b" }, '--save: "a/b" is not a name: up to 64 letters, digits and . _ - without .json'],
    [{ save: "main.json" }, '--save: "main.json" is not a name'],
    [{ save: ".." }, '--save: ".." is not a name'],
    [{ quiet: true, verbose: true }, "use --quiet or --verbose, not both"],
    [{ plain: true, format: "json" }, "--plain cannot be used with --format json"],
    [{ format: "yaml" }, '--format: "yaml" is not one of table, json, csv, markdown, benchfmt, html, svg'],
    [{ theme: "dark" }, "--theme cannot be used with the format table: only a picture has one (--format svg)"],
    [{ theme: "blue", format: "svg" }, '--theme: "blue" is not one of auto, light, dark'],
    [{ blocks: "0" }, '--blocks: "0" is not an integer from 1 to 1000'],
    [{ seed: "-1" }, '--seed: "-1" is not an integer from 0 to 4294967295'],
    [{ warmup: "soon" }, '--warmup: "soon" is not a time such as 250, 250ms or 0.5s'],
    [{ minTime: "0" }, '--min-time: "0" is not a time of at least 1 ms such as 250, 250ms or 0.5s'],
  ])("refuses %j", (raw, message) => expect(() => resolve(raw)).toThrow(message));

  it("colours only a terminal's standard output", () => {
    expect(resolve({}, {}, true).color).toBe(true);
    expect(resolve({ color: false }, {}, true).color).toBe(false);
    expect(resolve({ plain: true }, {}, true).color).toBe(false);
    expect(resolve({ output: "x.txt" }, {}, true).color).toBe(false);
  });
});

describe("wantsColor", () => {
  it.each<[boolean, NodeJS.ProcessEnv, boolean]>([
    [true, {}, true], [false, {}, false], [true, { NO_COLOR: "1" }, false], [true, { NO_COLOR: "" }, true], [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true], [true, { FORCE_COLOR: "0" }, true], [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("terminal %j, environment %j: %j", (tty, environment, expected) => expect(wantsColor(tty, environment)).toBe(expected));
});
