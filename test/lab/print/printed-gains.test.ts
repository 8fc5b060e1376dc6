/** A reader who divides two times that a table prints finds the gain that it prints. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printCsv, printMarkdown, printPlain } from "../../../src/cli/print/formats.ts";
import { printScreen } from "../../../src/cli/print/screen.ts";
import { printTable } from "../../../src/cli/print/table.ts";
import type { Cell } from "../../../src/lab/cell.ts";
import { gainsOfCells } from "../../../src/lab/figures/gains.ts";
import { rowGroups } from "../../../src/lab/print/rows.ts";
import type { CellResult, Result } from "../../../src/lab/result.ts";
import { printedTime, printRatio, printTime } from "../../../src/lab/text.ts";
import { fakeResult } from "../../cli/print/fake-result.ts";

const whole = await fakeResult({ worlds: ["cpu", "wait"], designs: ["G1", "G6"], threads: [1, 2] });

/** The result with these times, one for each cell. */
function withTimes(times: readonly number[]): Result {
  const cells = whole.cells.map((cell, index): CellResult => {
    const wallNs = times[index % times.length] as number;
    const samples = [{ block: 0, run: 0, wallNs, windowNs: wallNs, cpuNs: [], runDelayNs: [] }];
    return { ...cell, samples, summary: { ...cell.summary, medianNs: wallNs, ci: null, n: 1 } };
  });
  return { ...whole, cells, gains: gainsOfCells(cells, whole.config) };
}

/** Nanoseconds of a printed time. */
function read(text: string): number {
  const [, minutes, seconds] = /^(\d+) min (\d+) s$/.exec(text) ?? [];
  if (minutes !== undefined) return (60 * Number(minutes) + Number(seconds)) * 1e9;
  const [, digits, unit] = /^([\d.]+) (ns|µs|ms|s)$/.exec(text) as unknown as [string, string, "ns" | "µs" | "ms" | "s"];
  return Number(digits) * { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }[unit];
}

/** Rows of printed texts by column, checked: every gain is the quotient of the times of its group. */
function divide(rows: readonly Readonly<Record<"group" | "design" | "threads" | "time" | "C" | "P" | "S", string>>[]): void {
  const timeOf = (group: string, design: string, threads: string): number => read(rows.find((row) => row.group === group && row.design === design && row.threads === threads)?.time ?? "");
  for (const { group, design, threads, C, P, S } of rows) {
    const [base, single, own] = [timeOf(group, "G1", "1"), timeOf(group, design, "1"), timeOf(group, design, threads)];
    for (const [text, quotient] of [[C, base / single], [P, single / own], [S, base / own]] as const) {
      if (text !== "—") expect(text).toBe(printRatio(quotient));
    }
  }
}

const times = fc.array(fc.double({ min: 1e3, max: 200e9, noNaN: true }), { minLength: 8, maxLength: 8 });

describe("the gains that are printed are quotients of the times that are printed", () => {
  it("in the table", () => fc.assert(fc.property(times, (values) => {
    const lines = printTable(withTimes(values), { width: 200, color: false, verbose: false }).split("\n");
    let group = "";
    divide(lines.flatMap((line) => {
      if (line.startsWith("gophers, ")) group = line;
      const fields = line.split(/ {2,}/);
      return /^G\d+$/.test(fields[0] ?? "") ? [{ group, design: fields[0] as string, threads: fields[2] as string, time: fields[3] as string, C: fields[5] as string, P: fields[6] as string, S: fields[7] as string }] : [];
    }));
  }), { numRuns: 60 }));

  it("in Markdown", () => fc.assert(fc.property(times, (values) => {
    let group = "";
    divide(printMarkdown(withTimes(values)).split("\n").flatMap((line) => {
      if (line.startsWith("### ")) group = line;
      const fields = line.split("|").map((field) => field.trim());
      return /^G\d+$/.test(fields[1] ?? "") ? [{ group, design: fields[1] as string, threads: fields[3] as string, time: fields[4] as string, C: fields[6] as string, P: fields[7] as string, S: fields[8] as string }] : [];
    }));
  }), { numRuns: 60 }));

  it("on the first screen", () => fc.assert(fc.property(times, (values) => {
    let group = "";
    const rows = printScreen(withTimes(values), [], { width: 100, paint: (_, text) => text, plain: false }).split("\n").flatMap((line) => {
      if (line.startsWith("Gophers that ")) group = line;
      const [, gophers, threads, time, C, P, S] = /^ {2}(\w+) gophers?, (\d) threads? +[█▌]+ (.*?) {2,}(\S+) +(\S+) +(\S+)$/.exec(line) ?? [];
      const plain = (text: string | undefined): string => (text ?? "").replace("×", "");
      return gophers === undefined ? [] : [{ group, design: gophers === "one" ? "G1" : "G6", threads: threads as string, time: time as string, C: plain(C), P: plain(P), S: plain(S) }];
    });
    expect(rows).toHaveLength(8);
    divide(rows);
  }), { numRuns: 60 }));

  it("in CSV and JSON, where nothing is rounded, and S = C·P to 1e-12", () => fc.assert(fc.property(times, (values) => {
    const result = withTimes(values);
    const [names = "", ...lines] = printCsv(result).split("\n");
    const column = (name: string): number => names.split(",").indexOf(name);
    for (const [index, line] of lines.entries()) {
      const [cell, gain] = [result.cells[index] as CellResult, result.gains[index]];
      const timeOf = ({ design, threads }: Pick<Cell, "design" | "threads">): number => result.cells.find((other) => other.world === cell.world && other.design === design && other.threads === threads)?.summary.medianNs as number;
      const [base, single] = [timeOf({ design: "G1", threads: 1 }), timeOf({ design: cell.design, threads: 1 })];
      expect(gain).toMatchObject({ C: base / single, P: single / cell.summary.medianNs, S: base / cell.summary.medianNs });
      expect(Math.abs((gain?.S ?? 0) / ((gain?.C ?? 0) * (gain?.P ?? 0)) - 1)).toBeLessThan(1e-12);
      expect(["C", "P", "S"].map((name) => line.split(",")[column(name)])).toEqual([gain?.C, gain?.P, gain?.S].map(String));
    }
  }), { numRuns: 30 }));

  it("in --plain, to its three decimals", () => {
    const [names = [], ...lines] = printPlain(withTimes([392.4e6, 205.1e6, 137.2e6, 100.4e6])).split("\n").map((line) => line.trim().split(/ +/));
    const value = (line: readonly string[] | undefined, name: string): number => Number(line?.[names.indexOf(name)]);
    expect(value(lines[2], "C")).toBeCloseTo(value(lines[0], "time_ms") / value(lines[2], "time_ms"), 3);
  });
});

describe("rowGroups", () => {
  it("prints times with three figures where that changes no gain, and otherwise with four", () => {
    const textOf = (values: readonly number[]): string[] => rowGroups(withTimes(values)).flatMap(({ rows }) => rows.map(({ cell, printed }) => printTime(cell.summary.medianNs, printed.figures)));
    expect(textOf([400e6, 200e6, 100e6, 50e6])).toEqual(["400 ms", "200 ms", "100 ms", "50.0 ms", "400 ms", "200 ms", "100 ms", "50.0 ms"]);
    expect(textOf([392.4e6, 205.6e6, 137.2e6, 137.2e6])).toContain("205.6 ms");
  });
});

describe("printTime", () => {
  it("prints the time that printedTime gives", () => fc.assert(fc.property(fc.double({ min: 0.5, max: 1e13, noNaN: true }), fc.constantFrom(3 as const, 4 as const), (ns, figures) => {
    expect(read(printTime(ns, figures)) / printedTime(ns, figures)).toBeCloseTo(1, 12);
    expect(Math.abs(printedTime(ns, figures) / ns - 1)).toBeLessThan(ns >= 120e9 ? 0.005 : ns < 1 ? 0.02 : 0.6 * 10 ** (1 - figures));
  })));

  it.each([[999.4, "999 ns", "999.4 ns"], [999.96, "1.00 µs", "1.000 µs"], [9.9996e6, "10.0 ms", "10.00 ms"], [1e9, "1.00 s", "1.000 s"], [99.96e6, "100 ms", "99.96 ms"], [200e9, "3 min 20 s", "3 min 20 s"]])("%d ns", (ns, three, four) => {
    expect([printTime(ns), printTime(ns, 4)]).toEqual([three, four]);
  });
});
