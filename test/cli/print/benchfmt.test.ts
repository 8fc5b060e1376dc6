import { describe, expect, it } from "vitest";
import { printBenchfmt } from "../../../src/cli/print/benchfmt.ts";
import { readBenchfmt } from "./benchfmt-reader.ts";
import { fakeHeadline, fakeResult } from "./fake-result.ts";

describe("benchfmt", () => {
  it("begins with configuration lines, which hold for every result", async () => {
    const { results } = readBenchfmt(printBenchfmt(await fakeHeadline()));
    const config = {
      goos: "linux", goarch: "amd64", pkg: "warren", cpu: "Test CPU", cores: "2", usable: "2", "os-release": "6.1.0", node: "24.21.0", v8: "13.6.233", warren: "0.1.0",
    };
    expect(new Set(results.map(({ config: found }) => JSON.stringify(found)))).toEqual(new Set([JSON.stringify(config)]));
  });

  it("has one line for each cell and block, so that benchstat has its samples", async () => {
    const result = await fakeHeadline();
    const { results } = readBenchfmt(printBenchfmt(result));
    expect(results).toHaveLength(28 * 6);
    const g6 = results.filter(({ name, gomaxprocs }) => name === "Gophers/world=wait/design=G6" && gomaxprocs === 2);
    expect(g6.map(({ parts }) => parts)).toEqual(Array.from({ length: 6 }, () => ({ world: "wait", design: "G6" })));
    const cell = result.cells.find(({ world, design, threads }) => world === "wait" && design === "G6" && threads === 2);
    expect(g6.map(({ values }) => values["ns/op"])).toEqual(cell?.samples.map(({ wallNs }) => Math.round(wallNs)));
    expect(results.map(({ iterations }) => iterations)).toEqual(results.map(() => 1));
  });

  it("gives the gains of each block, of which the product is the speed-up", async () => {
    const { results, units } = readBenchfmt(printBenchfmt(await fakeHeadline()));
    for (const { values } of results) {
      const { C = Number.NaN, P = Number.NaN, S = Number.NaN } = values;
      expect(Math.abs(S / (C * P) - 1)).toBeLessThan(1e-5); // six figures are printed
    }
    expect(units["C"]).toEqual({ better: "higher" });
    expect(units["ns/op"]).toEqual({ better: "lower" });
    const dot = results.find(({ name }) => name.startsWith("Dot/world=simd-DRAM/design=chunks"));
    expect(Object.keys(dot?.values ?? {})).toEqual(["ns/op", "ns/item", "C", "P", "S", "Acpu", "Rq", "MB/s"]);
  });

  it("leaves out what is not known, and never writes what is no number", async () => {
    const result = await fakeResult({ designs: ["G4"] });
    const cells = result.cells.map((cell) => ({ ...cell, samples: cell.samples.map((sample) => ({ ...sample, cpuNs: [], runDelayNs: [] })) }));
    const text = printBenchfmt({ ...result, cells });
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(Object.keys(readBenchfmt(text).results[0]?.values ?? {})).toEqual(["ns/op", "ns/item", "P"]);
  });

  it("keeps names free of blanks, and configuration in one line", async () => {
    const result = await fakeResult({ worlds: ["cpu"] });
    const text = printBenchfmt({ ...result, env: { ...result.env, cpu: "a\n b" }, cells: result.cells.map((cell) => ({ ...cell, world: "my own/world" })) });
    const { results } = readBenchfmt(text);
    expect(results[0]?.name).toBe("Gophers/world=my_own_world/design=G1");
    expect(results[0]?.config["cpu"]).toBe("a b");
  });

  it("is the same for two runs but for what was measured: benchstat compares only what has the same configuration", async () => {
    const configOf = (text: string) => text.split("\n").filter((line) => /^[a-z]/.test(line));
    const [one, two] = [await fakeResult(), await fakeResult({ config: { seed: 7, startedAt: "2027-01-01T00:00:00.000Z", command: ["gophers"] } })];
    expect(configOf(printBenchfmt(two))).toEqual(configOf(printBenchfmt(one)));
  });
});

describe("the reader of these tests", () => {
  it.each([
    ["BenchmarkX 1 2", "even number of fields"],
    ["BenchmarkX one 2 ns/op", "iterations"],
    ["BenchmarkX 1 NaN ns/op", "is no number"],
    ["BenchmarkX 1 2 ns/op 3 ns/op", "twice"],
    ["BenchmarkX/part 1 2 ns/op", "key=value"],
    ["Unit C higher", "key=value"],
  ])("refuses %j", (line, why) => expect(() => readBenchfmt(line)).toThrow(why));

  it("ignores all other lines, as the format demands", () => {
    expect(readBenchfmt("PASS\n\n# a: b\nKey: value\nBenchmarkX-8\t10\t5 ns/op\nok  \twarren\t1.2s").results).toEqual([
      { name: "X", parts: {}, gomaxprocs: 8, iterations: 10, values: { "ns/op": 5 }, config: {} },
    ]);
  });
});
