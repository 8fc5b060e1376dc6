import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { printGantt, printTrace } from "../../../src/cli/print/trace-text.ts";
import type { TraceRecord } from "../../../src/lab/trace/trace-file.ts";
import type { RunSlice, Timeline } from "../../../src/lab/timeline.ts";
import { TIMELINE } from "./fake-timeline.ts";

const RECORD: TraceRecord = {
  schema: "warren-trace/1", tool: { name: "warren", version: "1.2.3" }, program: "gophers", title: "gophers G6, wait, 2 threads: 40 books in 100 ms", command: ["trace", "gophers"], threads: 2,
  activity: { T: 100e6, W: 131.5e6, busy: [70.5e6, 61e6], A: 1.315, L: 3, U: 0.6575, hist: [0.01, 0.665, 0.325], Pi2: 0.325, events: 4321, lost: 0 },
  untracedNs: [99e6, 97e6, 98e6], cost: 100 / 98 - 1, notes: [],
};

const style = { width: 80, color: false, plain: false };

describe("printTrace", () => {
  it.each([120, 80, 60, 40])("prints the golden picture for %i columns", async (width) => {
    const text = printTrace(RECORD, TIMELINE, { ...style, width });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/trace/${width}.txt`);
  });

  it("prints the golden picture of --plain, in ASCII", async () => {
    const text = printTrace(RECORD, TIMELINE, { ...style, plain: true });
    expect(/^[\x20-\x7e\n]*$/.test(text)).toBe(true);
    await expect(`${text}\n`).toMatchFileSnapshot("golden/trace/plain.txt");
  });

  it("has the same characters with colours and without", () => {
    const colored = printTrace(RECORD, TIMELINE, { ...style, color: true });
    expect(colored).not.toBe(stripVTControlCharacters(colored));
    expect(stripVTControlCharacters(colored)).toBe(printTrace(RECORD, TIMELINE, style));
  });

  it("says what was lost, and nothing of a cost that was not measured", () => {
    const text = printTrace({ ...RECORD, untracedNs: [], cost: null, activity: { ...RECORD.activity, lost: 17 } }, null, style);
    expect(text).toContain("17 LOST");
    expect(text).not.toContain("without a trace");
    expect(text).not.toContain("thread 0 │");
  });

  it("says by how much a run was faster than those without a trace", () => {
    expect(printTrace({ ...RECORD, cost: -0.02 }, null, style).replaceAll(/\s+/g, " ")).toContain("this one 2.0 % less than their median");
  });
});

const rowOf = (text: string, label: string): string => (text.split("\n").find((line) => line.startsWith(label)) ?? "").split("│")[1] ?? "";

describe("printGantt", () => {
  it("shows in each column who ran longest, a capital where the thread was busy for half of it", () => {
    const text = printGantt(TIMELINE, { ...style, width: 113 });
    const bar = rowOf(text, "thread 0");
    expect(bar).toHaveLength(100);
    expect(bar.slice(0, 40)).toBe("A".repeat(40));
    expect(bar.slice(40, 70)).toBe("B".repeat(30)); // letters in the order of the tasks, not of their times
    expect(bar.slice(70, 82)).toBe("··········A·");
    expect(rowOf(text, "thread 1").slice(58, 70)).toBe("··DDDD····DD");
  });

  it("has a row for each task: running, ready, waiting, asleep, or not there", () => {
    const rests = [[0, 40e6, 80e6, "send"], [0, 80.5e6, 90e6, "sleep"], [1, 20e6, 40e6, "ready"]] as const;
    const text = printGantt({ ...TIMELINE, rests }, { ...style, width: 113 });
    expect(rowOf(text, "A loader")).toBe(`${"█".repeat(40)}${"─".repeat(40)}${"█"}${"·".repeat(9)}${" ".repeat(10)}`);
    expect(rowOf(text, "B mover")).toBe(`${" ".repeat(20)}${"░".repeat(20)}${"█".repeat(30)}${" ".repeat(30)}`);
    expect(text.split("\n").filter((line) => line.includes("burner")).map((line) => line.split("│")[0])).toEqual(["C burner 1 ", "D burner 2 ", expect.stringContaining("Of the time")]);
  });

  it("has at most twenty rows of tasks: those of a function that follow each other share one, and the others are counted", () => {
    const tasks = Array.from({ length: 60 }, (_, k) => ({ id: k + 1, name: k < 30 ? "quick" : "long" }));
    const runs = tasks.map((_, k): RunSlice => [0, k, k * 100, k * 100 + 100]);
    const rests = tasks.flatMap(({ name }, k) => (name === "long" ? [[k, k * 100 + 100, 6000, "receive"] as const] : []));
    const lines = printGantt({ ...TIMELINE, durationNs: 6000, threads: 1, tasks, runs, rests, handOffs: [] }, style).split("\n");
    expect(lines.slice(0, 5).map((line) => line.split("│")[0]?.trim())).toEqual(["thread 0", "", "A 30 × quick", "B long 1", "B long 2"]);
    expect(lines.slice(2, 22).every((line) => line.includes("│"))).toBe(true);
    expect(lines[22]?.trim()).toBe("and 11 more tasks: -o trace.json shows all");
  });

  it("shortens a long name, and calls tasks by their number whose beginning was lost", () => {
    const tasks = [{ id: 7, name: "aFunctionWithALongName" }, { id: 8, name: "" }];
    const text = printGantt({ ...TIMELINE, tasks, runs: [[0, 0, 0, 1e6], [0, 1, 1e6, 2e6]], rests: [] }, { ...style, width: 60 });
    expect(text).toMatch(/^A aFunctionWit… │/m);
    expect(text).toMatch(/^B task 8 {8}│/m);
  });

  it("draws r(t) up to the threads and c(t) up to the most", () => {
    const text = printGantt(TIMELINE, { ...style, width: 113 });
    expect(rowOf(text, "r(t)").slice(18, 22)).toBe("▅▅██");
    expect(rowOf(text, "c(t)").slice(48, 52)).toBe("██▅▅");
  });

  it("has digits instead with --plain", () => {
    const text = printGantt(TIMELINE, { ...style, plain: true, width: 113 });
    expect(text).toContain(`r(t)       |${"1".repeat(20)}${"2".repeat(25)}`);
    expect(text).toContain(`c(t)       |${"4".repeat(50)}${"2".repeat(50)}|`);
  });

  it("gives letters to functions where tasks are more than letters", () => {
    const tasks = Array.from({ length: 60 }, (_, k) => ({ id: k + 1, name: k < 40 ? "client" : k < 59 ? "server" : "main" }));
    const runs = tasks.map((_, k): RunSlice => [0, k, k * 100, k * 100 + 100]);
    const timeline: Timeline = { ...TIMELINE, durationNs: 6000, threads: 1, tasks, runs, rests: [], handOffs: [] };
    expect(printGantt(timeline, style).replaceAll(/\s+/g, " ")).toContain("A 40 × client: 67 %, B 19 × server: 32 %, C main: 1.7 %.");
  });

  it("says when nothing ran", () => {
    expect(printGantt({ ...TIMELINE, runs: [] }, style)).toContain("No task ran.");
  });
});
