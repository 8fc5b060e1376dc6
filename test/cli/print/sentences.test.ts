import { describe, expect, it } from "vitest";
import { sentences } from "../../../src/cli/print/sentences.ts";
import type { Result } from "../../../src/lab/result.ts";
import { printRatio } from "../../../src/lab/text.ts";
import { fakeHeadline, fakeResult } from "./fake-result.ts";

/** All ratios that are anywhere in a result, as they are printed. */
const ratiosOf = ({ gains, cells }: Result) => new Set([
  ...gains.flatMap(({ C, P, S, ci }) => [C, P, S, ...Object.values(ci).flatMap((interval) => interval ?? [])]),
  ...cells.flatMap(({ trace }) => [trace.A, trace.Acpu].filter((value) => value !== undefined)),
].map(printRatio));

describe("sentences", () => {
  it("say what structure gave, what threads gave, and the control", async () => {
    await expect(`${sentences(await fakeHeadline()).join("\n\n")}\n`).toMatchFileSnapshot("golden/sentences.txt");
  });

  it("claim nothing for threads that took turns, and say so", async () => {
    await expect(`${sentences(await fakeHeadline({ processors: 1 })).join("\n\n")}\n`).toMatchFileSnapshot("golden/sentences-sliced.txt");
  });

  it("are three, in the headline: wait and mixed world, cpu world, G1 and the product each where they belong", async () => {
    const [structure, threads, last, ...more] = sentences(await fakeHeadline());
    expect(more).toEqual([]);
    expect(structure).toMatch(/^On one thread, the structure of G6 gives 3\.98× in the wait world \(G1 925\.7 ms, G6 232\.4 ms; .*, 2\.\d\d× in the mixed world .* and no gain in the cpu world \(/);
    expect(structure).toContain("the thread runs tasks 100 % of the time instead of 50 %");
    expect(threads).toMatch(/^Two threads give G6 no gain in the wait world \(.*, 2\.00× in the mixed world \(.*; parallel: .* and 1\.99× in the cpu world \(254\.6 ms on one thread, 127\.9 ms on 2; .*; parallel: 2\.00 cores at work, both running 100 % of the time\)\.$/);
    expect(last).toMatch(/^Threads without structure: two threads give G1 no gain in the wait world .* no gain in the mixed world .* no gain in the cpu world .*; in the dot product, structure alone gives no gain \(.*, and two threads 2\.01× \(/);
  });

  it.each([{}, { processors: 1 }, { tracingCost: 0.2 }, { noise: 0.8 }, { blocks: 2 }])("have no ratio that is not in the result: %j", { tags: ["deep"] }, async (options) => {
    const result = await fakeHeadline(options);
    const known = ratiosOf(result);
    const said = sentences(result).join(" ").match(/\d+\.\d\d(?=×| cores| to |;)|(?<= to )\d+\.\d\d/g) ?? [];
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter((ratio) => !known.has(ratio))).toEqual([]);
  });

  it("have times beside every ratio", { tags: ["deep"] }, async () => {
    for (const result of [await fakeHeadline(), await fakeResult(), await fakeHeadline({ processors: 1 })]) {
      const ratios = sentences(result).join(" ").match(/\d\.\d\d×\)?(?: \(slower\))? (?:in the|with)[^(]*\([^)]*\d m?s/g) ?? [];
      const nothing = sentences(result).join(" ").match(/no gain (?:in the [^(]*)?\([^)]*\d m?s[^)]*: \d\.\d\d×\)/g) ?? [];
      const all = sentences(result).join(" ").match(/\d\.\d\d×/g) ?? [];
      const product = sentences(result).join(" ").match(/threads \d\.\d\d× \([\d.]+ ms/g) ?? [];
      expect(ratios.length + nothing.length + product.length).toBe(all.length);
    }
  });

  it("tell of both together where both gave something", async () => {
    const said = sentences(await fakeResult({ worlds: ["mixed", "cpu"] }));
    expect(said[2]).toMatch(/; structure and threads together, S = C × P, give (?:3\.9|4\.0)\d× in the mixed world \(G1 on one thread 4\d\d\.\d ms, G6 on 2 threads 1\d\d\.\d ms\)\.$/);
  });

  it("say nothing of parallelism from one thread", async () => {
    expect(sentences(await fakeResult({ threads: [1] }))).toContain("Only one thread was measured, so the result does not show parallelism.");
  });

  it("do not call a gain nothing that noise may hide", async () => {
    const said = sentences(await fakeResult({ worlds: ["cpu"], noise: 0.8 })).join(" ");
    expect(said).toMatch(/no clear difference \(\d\.\d\d×\) in the cpu world \(/);
    expect(said).not.toContain("gives no gain");
  });

  it("say that there are too few blocks for an interval", async () => {
    expect(sentences(await fakeResult({ blocks: 2 })).at(-1)).toBe("Caution: there are too few blocks for intervals.");
  });

  it("say what was wrong with the machine", async () => {
    const result = await fakeHeadline();
    const busy = { ...result, env: { ...result.env, warnings: ["the machine is busy: load 7.00 on 2 processors before the first measurement"] } };
    expect(sentences(busy).at(-1)).toMatch(/^Caution: the machine is busy: load 7\.00/);
    const cells = result.cells.map((cell) => (cell.design === "G6" && cell.threads === 1 ? { ...cell, trace: { ...cell.trace, Rq: 0.3 } } : cell));
    expect(sentences({ ...result, cells }).at(-1)).toBe("Caution: 3 cells on one thread waited for a core more than a tenth of the time, up to 30 % (G6, cpu).");
  });

  it("say that threads waited for processors, where they were not sliced by the verdict", async () => {
    const result = await fakeResult({ blocks: 2 });
    const cells = result.cells.map((cell) => ({ ...cell, trace: { ...cell.trace, Rq: 0.98 } }));
    expect(sentences({ ...result, cells })[1]).toContain("0.98 threads waited for a core");
  });

  it("speak of the most threads for which there are processors", async () => {
    expect(sentences(await fakeHeadline({ threads: [1, 2, 4] }))[1]).toMatch(/^Two threads give/);
  });

  it("take the design that gained most where G6 was not measured", async () => {
    expect(sentences(await fakeResult({ designs: ["G1", "G4", "G7"] }))[0]).toMatch(/^On one thread, the structure of G7 gives (?:7\.9|8\.0)\d× in the wait world/);
  });

  it("tell of the product alone", async () => {
    const result = await fakeHeadline();
    const said = sentences({ ...result, cells: result.cells.filter(({ program }) => program === "dot") });
    expect(said[0]).toMatch(/^On one thread, the structure of chunks gives no gain in the dot product \(simd-DRAM\) \(loop 257\.2 ms, chunks 255\.7 ms: 1\.01×\)\.$/);
    expect(said[1]).toMatch(/^Two threads give chunks 2\.01× in the dot product/);
  });

  it("say nothing where there is nothing to compare", async () => {
    expect(sentences(await fakeResult({ designs: ["G4"] }))).toEqual([]);
    expect(sentences(await fakeResult({ designs: ["G1"], threads: [1] }))).toEqual([]);
  });
});
