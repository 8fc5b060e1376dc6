import { describe, expect, it } from "vitest";
import { oneDotRun, oneGopherRun, resolveTrace } from "../../../src/cli/options/trace.ts";

const limits = { usable: 4, most: 126 };
const named = new Map([["L2", 1000], ["LLC", 8000]]);

describe("resolveTrace", () => {
  const resolve = (raw: Parameters<typeof resolveTrace>[0]) => resolveTrace(raw, true, {});

  it("shows text; with a file it shows the figures and writes for Perfetto", () => {
    expect(resolve({})).toMatchObject({ shown: "text", written: null, color: true, plain: false });
    expect(resolve({ output: "t.json" })).toMatchObject({ shown: "figures", written: { path: "t.json", format: "chrome" } });
    expect(resolve({ output: "t.json", text: true })).toMatchObject({ shown: "text", written: { path: "t.json", format: "chrome" } });
    expect(resolve({ output: "t.json", format: "json", text: true })).toMatchObject({ shown: "text", written: { format: "json" } });
    expect(resolve({ format: "chrome" })).toMatchObject({ shown: "chrome", written: null });
  });

  it("has colours only where they are wanted", () => {
    expect(resolve({ plain: true }).color).toBe(false);
    expect(resolve({ color: false }).color).toBe(false);
    expect(resolveTrace({}, false, {}).color).toBe(false);
    expect(resolveTrace({}, true, { NO_COLOR: "1" }).color).toBe(false);
  });

  it.each([
    [{ format: "svg" }, '--format: "svg" is not one of text, json, chrome'],
    [{ format: "json", text: true }, "use --text or --format json, not both, unless --output is given"],
    [{ events: "10" }, '--events: "10" is not an integer from 256 to 8388608'],
    [{ minTime: "soon" }, '--min-time: "soon" is not a time of at least 1 ms'],
  ])("refuses %j", (raw, message) => {
    expect(() => resolve(raw)).toThrow(message);
  });
});

describe("one run of gophers", () => {
  it("is G6 in the wait world on two threads unless something else is named", () => {
    expect(oneGopherRun({}, limits, 1).grid).toMatchObject({ designs: ["G6"], worlds: ["wait"], threads: [2] });
    expect(oneGopherRun({ designs: "g1", world: "cpu", threads: "1" }, limits, 1).grid).toMatchObject({ designs: ["G1"], worlds: ["cpu"], threads: [1] });
    expect(oneGopherRun({ pile: "src" }, limits, 1).grid).toMatchObject({ pile: "src", designs: ["G6"], threads: [2] });
  });

  it.each([
    [{ designs: "G1,G6" }, "--designs: a trace shows one run, not 2 (G1, G6). Name one of G1, G2"],
    [{ world: "all" }, "--world: a trace shows one run, not 3 (cpu, wait, mixed). Name one of cpu, wait, mixed"],
    [{ threads: "2..4" }, "--threads: a trace shows one run, not 3 (2, 3, 4). Name one"],
    [{ threads: "1,2" }, "--threads: a trace shows one run, not 2 (1, 2). Name one"],
    [{ designs: "G66" }, '"G66" is not one of G1, G2'],
  ])("refuses %j", (raw, message) => {
    expect(() => oneGopherRun(raw, limits, 1)).toThrow(message);
  });
});

describe("one run of the dot product", () => {
  it("is simd in the last-level cache on two threads unless something else is named", () => {
    expect(oneDotRun({}, limits, named).grid).toEqual({ sizes: [{ label: "LLC", size: 8000 }], kernels: ["simd"], threads: [2] });
  });

  it.each([
    [{ size: "L2,LLC" }, "--size: a trace shows one run, not 2 (L2, LLC). Name one of L2, LLC"],
    [{ kernel: "all" }, "--kernel: a trace shows one run, not 2 (js, simd). Name one of js, simd"],
  ])("refuses %j", (raw, message) => {
    expect(() => oneDotRun(raw, limits, named)).toThrow(message);
  });
});
