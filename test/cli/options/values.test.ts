import { describe, expect, it } from "vitest";
import { autoThreads, coreList, milliseconds, oneOf, regressionLimit, someOf, suggestion, threadCounts, UsageError, vectorSizes, wholeNumber } from "../../../src/cli/options/values.ts";

const DESIGNS = ["G1", "G2", "G4", "G6", "G7", "G10", "G11"] as const;

describe("wholeNumber", () => {
  it("reads a number in range", () => expect(wholeNumber("--blocks", "10", 1, 1000)).toBe(10));
  it.each(["0", "1001", "-1", "1.5", "ten", "", "1e3", " 7"])("refuses %j, naming option, value and range", (text) => {
    expect(() => wholeNumber("--blocks", text, 1, 1000)).toThrow(new UsageError(`--blocks: ${JSON.stringify(text)} is not an integer from 1 to 1000`));
  });
  it("names only the lower end where there is no upper one", () => {
    expect(() => wholeNumber("--seed", "x", 0)).toThrow('--seed: "x" is not an integer of at least 0');
  });
});

describe("milliseconds", () => {
  it.each([["250", 250], ["250ms", 250], ["0.5s", 500], ["2 s", 2000], ["0", 0]])("reads %j as %d", (text, value) => expect(milliseconds("--warmup", text)).toBe(value));
  it.each(["-1", "1h", "ms", "", "1,5s"])("refuses %j", (text) => expect(() => milliseconds("--warmup", text)).toThrow(UsageError));
  it("refuses what is too short", () => expect(() => milliseconds("--min-time", "0", 1)).toThrow('--min-time: "0" is not a time of at least 1 ms'));
});

describe("regressionLimit", () => {
  it.each([["5%", 0.05], ["5", 0.05], ["7.5 %", 0.075], ["3%", 0.03], ["900%", 9]])("reads %j as %d", (text, value) => expect(regressionLimit("--max-regression", text)).toBeCloseTo(value, 12));
  it.each(["2%", "0", "-5%", "0.05x", "", "901%", "five"])("refuses %j", (text) => {
    expect(() => regressionLimit("--max-regression", text)).toThrow(`--max-regression: ${JSON.stringify(text)} is not a percentage from 3% (times closer than that count as equal) to 900%, such as 5%`);
  });
});

describe("oneOf and someOf", () => {
  it("take names in any case, each once, in their own order", () => {
    expect(oneOf("--designs", "g6", DESIGNS)).toBe("G6");
    expect(someOf("--designs", "g6, G1,G6", DESIGNS)).toEqual(["G1", "G6"]);
    expect(someOf("--designs", "all", DESIGNS)).toEqual(DESIGNS);
    expect(someOf("--designs", "G1,all", DESIGNS)).toEqual(DESIGNS);
  });

  it("answer a misspelt name with the allowed ones and the nearest", () => {
    expect(() => someOf("--world", "waite", ["cpu", "wait", "mixed"])).toThrow('--world: "waite" is not one of cpu, wait, mixed, all — did you mean wait?');
    expect(() => oneOf("--format", "jason", ["table", "json"])).toThrow('--format: "jason" is not one of table, json — did you mean json?');
    expect(() => oneOf("--format", "xyzzy", ["table", "json"])).toThrow(/json$/);
  });

  it("refuse an empty entry", () => expect(() => someOf("--designs", "G1,,G6", DESIGNS)).toThrow('--designs: "G1,,G6" has an empty entry'));
});

describe("threadCounts", () => {
  it.each([
    ["1,2,4", [1, 2, 4]], ["1..4", [1, 2, 3, 4]], ["4,1..2,2", [1, 2, 4]], ["auto", [1, 2, 4, 6]], ["auto,8", [1, 2, 4, 6, 8]], [" 2 , 1 ", [1, 2]],
  ])("reads %j on six processors", (text, counts) => expect(threadCounts("--threads", text, 6, 126)).toEqual(counts));

  it.each([
    ["0", '--threads: "0" is not an integer from 1 to 126'],
    ["127", '--threads: "127" is not an integer from 1 to 126'],
    ["1..200", '--threads: "200" is not an integer from 1 to 126'],
    ["4..2", '--threads: the range "4..2" runs backwards: write 2..4'],
    ["two", '--threads: "two" is not a number of threads from 1 to 126, a range such as 1..8, or auto'],
    ["1-8", '--threads: "1-8" is not a number of threads from 1 to 126, a range such as 1..8, or auto'],
    ["", '--threads: "" has an empty entry'],
  ])("refuses %j", (text, message) => expect(() => threadCounts("--threads", text, 6, 126)).toThrow(new UsageError(message)));

  it.each([[0.5, [1]], [1, [1]], [1.5, [1]], [2, [1, 2]], [3, [1, 2, 3]], [8, [1, 2, 4, 8]], [12, [1, 2, 4, 8, 12]]])("auto on %d processors: %j", (usable, counts) => {
    expect(autoThreads(usable)).toEqual(counts);
  });
});

describe("vectorSizes", () => {
  const named = new Map([["L2", 16_384], ["LLC", 1_048_576]]);
  it("takes numbers and names, each once", () => {
    expect(vectorSizes("--size", "llc,1000,L2,16384", named, 1e9)).toEqual([
      { label: "LLC", size: 1_048_576 }, { label: "1000", size: 1000 }, { label: "16384", size: 16_384 },
    ]);
  });
  it.each(["L4", "-5", "1e6", "0"])("refuses %j", (text) => expect(() => vectorSizes("--size", text, named, 1e9)).toThrow(UsageError));
});

describe("suggestion", () => {
  it.each([["gofers", "gophers"], ["benhc", "bench"], ["DOT", "dot"], ["evn", "env"]])("%s → %s", (word, name) => {
    expect(suggestion(word, ["gophers", "dot", "bench", "env", "list"])).toBe(` — did you mean ${name}?`);
  });
  it("guesses nothing for what is far off, and nothing for a name with a number", () => {
    expect(suggestion("xylophone", ["gophers", "dot"])).toBe("");
    expect(suggestion("G12", ["G1", "G10", "G11"])).toBe("");
  });
});

describe("coreList", () => {
  type Pinning = Parameters<typeof coreList>[2];
  const here: Pinning = { affinity: "0-3,8", taskset: "/usr/bin/taskset" };

  it("gives the shortest form", () => {
    expect(coreList("--cpus", "1,0,2", here)).toBe("0-2");
    expect(coreList("--cpus", "8", here)).toBe("8");
  });

  it.each<[string, Pinning, string]>([
    ["zero", here, '--cpus: "zero" is not a list of cores such as 0 or 0,1 or 0-3'],
    ["3-5,9", here, '--cpus: "3-5,9": this process cannot use 4-5,9, only 0-3,8'],
    ["1", { affinity: "0", taskset: "/usr/bin/taskset" }, "this process cannot use 1, only 0"],
    ["0", { affinity: "0-3", taskset: null }, "only on Linux and with taskset"],
    ["0", { affinity: null, taskset: "/usr/bin/taskset" }, "only on Linux and with taskset"],
  ])("refuses %j with %j", (text, where, message) => expect(() => coreList("--cpus", text, where)).toThrow(message));
});
