import { describe, expect, it } from "vitest";
import { groupOf } from "../../../src/lab/cell.ts";
import type { BlockRunner, Prepared } from "../../../src/lab/trial/plan.ts";
import { reusing, withEnd, workOf } from "../../../src/lab/trial/work.ts";
import { fakeResult } from "../../cli/print/fake-result.ts";
import { fakeCells, FakeProgram } from "./fake-program.ts";

const effort = { blocks: 2, runs: 3, tracedBlocks: 1, costs: { passNs: 1, blockNs: 2, spentNs: 3 } };
const signal = new AbortController().signal;
const preparing = (prepared: Prepared | null): BlockRunner => ({ isolation: "in-process", prepare: async () => prepared, run: async () => ({ pile: null, notes: ["ran"], atEnd: [] }) });

describe("the work of a baseline", () => {
  it("is done again: its sizes and calibrations instead of what was found, and what it does not know as it was found", async () => {
    const baseline = await fakeResult({ worlds: ["cpu"] });
    const work = workOf({ ...baseline, config: { ...baseline.config, calibrations: { gophers: withEnd({ iterationsPerMs: 7 }, { iterationsPerMs: 8 }) } } });
    const programs = [new FakeProgram(fakeCells(["cpu", "wait"]))];
    const groups = [...new Set(fakeCells(["cpu", "wait"]).map(groupOf))];
    const found = { sizes: Object.fromEntries(groups.map((group) => [group, 5])), calibrations: [{ iterationsPerMs: 9 }], processors: null, ...effort };
    const prepared = await reusing(preparing(found), programs, work).prepare(() => undefined, signal);
    const size = baseline.cells[0]?.params["size"];
    expect(size).toBeGreaterThan(5);
    expect(prepared).toEqual({ sizes: { [groups[0] as string]: size, [groups[1] as string]: 5 }, calibrations: [{ iterationsPerMs: 7 }], processors: null, ...effort });
  });

  it("does not change a size that was asked for, nor what was stopped, nor how blocks run", async () => {
    const work = workOf(await fakeResult());
    const programs = [new FakeProgram(fakeCells(), { sizing: { kind: "given", size: 3 } })];
    const found = { sizes: { "gophers cpu": 3, "gophers wait": 3 }, calibrations: [{}], processors: null, ...effort };
    const runner = reusing(preparing(found), programs, work);
    expect(await runner.prepare(() => undefined, signal)).toEqual(found);
    expect(await reusing(preparing(null), programs, work).prepare(() => undefined, signal)).toBeNull();
    expect(await runner.run({ block: 0, skip: [], traced: false }, found, { next: () => undefined, done: () => undefined }, signal)).toEqual({ pile: null, notes: ["ran"], atEnd: [] });
    expect(runner.isolation).toBe("in-process");
  });
});

it("a calibration has what was used and what was found again at the end", () => {
  expect(withEnd({ iterationsPerMs: 7 }, { iterationsPerMs: 8 })).toEqual({ iterationsPerMs: 7, iterationsPerMsAtEnd: 8 });
  expect(withEnd({ iterationsPerMs: 7 })).toEqual({ iterationsPerMs: 7 });
});
