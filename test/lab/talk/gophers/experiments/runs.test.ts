// @module-tag deep
/** Every experiment for real, as small as it gets: its invariants hold, and its pictures have what was measured. No figure is judged. */
import { expect, it } from "vitest";
import type { Result } from "../../../../../src/lab/result.ts";
import { EXPERIMENTS } from "../../../../../src/lab/talk/gophers/experiments/catalogue.ts";

const results: Result[] = [];
const unsaved = { origin: { command: [], version: "" }, onResult: (result: Result) => results.push(result) };
const VERDICTS = ["holds", "holds if", "fails here"];

it.each(EXPERIMENTS)("$name", { timeout: 120_000 }, async ({ load, leastThreads }) => {
  const told: string[] = [];
  results.length = 0;
  const run = await load();
  const { findings, plots = [], conclusion, notes } = await run({ repetitions: 1, loads: 4, traced: true }, { ...unsaved, threads: Math.max(2, leastThreads), unitMs: 0.2, seed: 3, progress: (text) => told.push(text) });
  const checks = findings.filter(({ kind }) => kind === "check");
  expect(checks.length).toBeGreaterThan(0);
  expect(checks.filter(({ verdict }) => verdict !== "holds")).toEqual([]);
  for (const { verdict } of findings) expect(VERDICTS).toContain(verdict);
  expect(findings.filter(({ verdict, condition }) => verdict === "holds if" && condition === undefined)).toEqual([]);
  expect(plots.length).toBeGreaterThan(0);
  for (const { series } of plots) {
    expect(new Set(series.map(({ kind }) => kind))).toEqual(new Set(["measured", "predicted"]));
    for (const { points } of series) {
      expect(points.length).toBeGreaterThan(0);
      for (const { x, y } of points) expect([x, y].every(Number.isFinite)).toBe(true);
    }
  }
  expect(conclusion).toMatch(/\.$/);
  expect(notes.length).toBeGreaterThan(0);
  expect(told.length).toBeGreaterThan(0);
  expect(results.length).toBeGreaterThan(0);
  for (const { cells, config } of results) {
    expect(config.isolation).toBe("process");
    for (const { samples, trace } of cells) expect([samples.length, trace.lost]).toEqual([1, 0]);
  }
});
