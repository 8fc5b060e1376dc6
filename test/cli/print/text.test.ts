import { describe, expect, it } from "vitest";
import { count, enumeration, printFlag, printTime, wrapped } from "../../../src/lab/text.ts";

describe("printTime", () => {
  it.each([
    [999.4e6, "999 ms"], [999.6e6, "1.00 s"], [1.234e9, "1.23 s"], [12.34e9, "12.3 s"], [104e9, "104 s"], [200e9, "3 min 20 s"],
    [812e6, "812 ms"], [45.14e3, "45.1 µs"], [640, "640 ns"], [9.994, "9.99 ns"], [9.996, "10.0 ns"],
  ])("%d ns is %s", (ns, text) => expect(printTime(ns)).toBe(text));
});

describe("words", () => {
  it("flags with a true minus sign", () => {
    expect(["drift:-12%", "drift:+5%", "outliers:2", "slow-first:+7%", "short"].map(printFlag)).toEqual(["drift −12 %", "drift +5 %", "outliers 2", "slow-first +7 %", "short"]);
  });

  it("count and enumerate", () => {
    expect([count(1, "run"), count(3, "run"), enumeration(["a"]), enumeration(["a", "b", "c"])]).toEqual(["1 run", "3 runs", "a", "a, b and c"]);
  });
  it("wrap without breaking words", () => {
    expect(wrapped("one two three four", 9)).toBe("one two\nthree\nfour");
    expect(wrapped("incomprehensibilities", 5)).toBe("incomprehensibilities");
  });
});
