import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printMarkdown, printResult, rowsOf } from "../../../bench/rounds/report.ts";
import { BENCH_SCHEMA, compare, parseBenchResult, requireComparable, type BenchResult } from "../../../bench/rounds/result.ts";
import type { Figure } from "../../../bench/rounds/figures.ts";
import { environmentOf, readMachine, readState } from "../../../src/lab/machine/environment.ts";
import { made } from "./made.ts";

const CONFIG = { filter: "", quick: false, rounds: 3, timeMs: 150, leaves: 1000, pile: { warm: 5, timed: 10 } };
const env = { ...environmentOf(readMachine(), readState(0), null, 2), warnings: [] };

function resultOf(figures: readonly Figure[], more: Partial<BenchResult> = {}): BenchResult {
  return { schema: BENCH_SCHEMA, date: "2026-11-30T12:00:00.000Z", seconds: 1, env, config: CONFIG, interrupted: false, figures, failures: [], skipped: [], ...more };
}

const written = (change: (result: Record<string, unknown>) => void): string => {
  const result = structuredClone(resultOf([made({}, 1, 2, 3), made({ side: "go" }, 1, 2, 3)])) as unknown as Record<string, unknown>;
  change(result);
  return JSON.stringify(result);
};

describe("a file", () => {
  test("is read as it was written", () => {
    const result = resultOf([made({}, 1, 2, 3), made({ side: "go", note: "a note" }, 5), made({ node: "26.1.0" }, 7)]);
    expect(parseBenchResult(JSON.stringify(result), "it")).toEqual(result);
  });

  test("gives the figures of its samples, whatever stands next to them", () => {
    const text = written(({ figures }) => Object.assign((figures as Figure[])[0] as object, { value: 99, range: [98, 100] }));
    expect(parseBenchResult(text, "it").figures[0]).toMatchObject({ value: 2, range: [1, 3] });
  });

  test.each<readonly [text: string, message: string]>([
    ["{", "it is not JSON"],
    ["null", "it is not a result of this version of warren bench: it has no schema"],
    [JSON.stringify({ schema: "warren/1" }), 'it is not a result of this version of warren bench: its schema is "warren/1", not "warren-bench/2"'],
    [JSON.stringify({ schema: "warren-bench/1", rows: [] }), 'its schema is "warren-bench/1"'],
    [written((result) => delete result["date"]), "it is not a whole result of warren bench: date is not a text"],
    [written((result) => (result["config"] = { quick: true })), "config does not say how it was measured"],
    [written((result) => (result["figures"] = {})), "figures is not an array"],
    [written((result) => (result["figures"] = [])), "it contains no measurements"],
    [written((result) => (result["figures"] = [...(result["figures"] as Figure[]), (result["figures"] as Figure[])[0]])), "figures[2] is there twice: stream/warren/hot loop/1"],
    [written((result) => delete ((result["figures"] as Record<string, unknown>[])[0] as Record<string, unknown>)["threads"]), "figures[0] does not say what was measured"],
    ...[[], [{ round: 0, value: 0 }], [{ round: 0, value: "1" }], [{ round: 0, value: 1 }, { round: 0, value: 2 }], [null], "1"].map((samples) =>
      [written((result) => Object.assign((result["figures"] as object[])[1] as object, { samples })), "figures[1].samples is not a list of one value above zero for each round"] as const),
  ])("with a flaw is refused: %#", (text, message) => {
    expect(() => parseBenchResult(text, "it")).toThrow(message);
  });
});

describe("a comparison", () => {
  test("has what both results have, and says whether the ranges overlap", () => {
    const before = resultOf([made({}, 100, 110, 120), made({ form: "await" }, 50), made({ scenario: "dot" }, 10), made({ scenario: "select" }, 5)]);
    const after = resultOf([made({}, 115, 120, 130), made({ form: "await" }, 25), made({ scenario: "dot" }, 20), made({ scenario: "fan-in" }, 5)]);
    expect(compare(before, after).map(({ subject, ratio, overlaps }) => [subject.scenario, subject.form, Number(ratio.toFixed(3)), overlaps])).toEqual([
      ["stream", "hot loop", 1.091, true],
      ["stream", "await", 0.5, false],
      ["dot", "hot loop", 0.5, false],
    ]);
  });

  test("with itself finds nothing", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 5 }), (values) => {
      const result = resultOf([made({}, ...values), made({ scenario: "dot" }, ...values)]);
      for (const { ratio, overlaps } of compare(result, result)) expect([ratio, overlaps]).toEqual([1, true]);
    }));
  });

  test.each([
    [{ quick: true }, [made({}, 1)], '"main" was measured without --quick: measure in the same way'],
    [{ timeMs: 300 }, [made({}, 1)], "by a version of warren that measures for another time"],
    [{ pile: { warm: 5, timed: 11 } }, [made({}, 1)], "with other sizes"],
    [{}, [made({ scenario: "select" }, 1)], '"main" contains none of the benchmarks that --filter selects'],
  ])("is refused where the work differs: %#", (more, measured, message) => {
    const check = (): void => requireComparable({ name: "main", result: resultOf([made({}, 1)]) }, { ...CONFIG, ...more }, measured.map((subject) => ({ subject })));
    expect(check).toThrow(message);
    expect(check).toThrow(expect.objectContaining({ option: "--baseline" }));
  });

  test("is possible where it does not", () => {
    expect(() => requireComparable({ name: "main", result: resultOf([made({}, 1)]) }, CONFIG, [{ subject: made({}, 2) }, { subject: made({ side: "go" }, 2) }])).not.toThrow();
  });
});

describe("the table", () => {
  const figures = [made({}, 100, 110, 120), made({ node: "26.1.0" }, 90), made({ side: "go", version: "1.19.8" }, 50, 60, 70), made({ side: "ts-chan", version: "0.6.0" }, 300, 310, 320)];

  test("has a row for each figure of warren, with the rivals that are ahead first", () => {
    const rows = rowsOf(figures);
    expect(rows.map(({ figure, comparisons }) => [figure.node, comparisons.map((one) => one.figure.side)])).toEqual([[undefined, ["go", "ts-chan"]], ["26.1.0", ["go", "ts-chan"]]]);
    const text = printResult(resultOf(figures, { failures: [{ ...made({ scenario: "select" }, 1), reason: "it broke" }], skipped: [{ side: "openblas", reason: "not installed" }] }), null);
    expect(text).toContain("compared with go 1.19.8, ts-chan 0.6.0");
    expect(text).toMatch(/^stream +hot loop +1 +110 ns \(100–120\) +go 60\.0 \(0\.545 ×, 0\.500–0\.583\) +must: 0\.6 × as good as go: MISSED \(0\.545 ×, 0\.500–0\.583\)$/m);
    expect(text).toMatch(/^ +hot loop, Node 26\.1\.0 +1 +90\.0 ns \(90\.0–90\.0\)/m);
    expect(text).toMatch(/^FAILED: select, warren, hot loop, 1 thread: it broke$/m);
    expect(text).toMatch(/^skipped: openblas: not installed$/m);
  });

  test("with a baseline has before, after and the ratio", () => {
    const text = printResult(resultOf(figures), { name: "main", result: resultOf([made({}, 50, 51, 52), made({ side: "go" }, 55, 60, 65)]) });
    expect(text).toMatch(/^Compared with main, of 2026-11-30\./m);
    expect(text).toMatch(/^stream +warren, hot loop, 1 thread +51\.0 ns \(50\.0–52\.0\) +110 ns \(100–120\) +2\.16 +worse$/m);
    expect(text).toMatch(/^ +go, 1 thread +60\.0 ns \(55\.0–65\.0\) +60\.0 ns \(50\.0–70\.0\) +1\.00 +the ranges overlap$/m);
  });

  test("in Markdown has the same cells", () => {
    const lines = printMarkdown(resultOf(figures)).split("\n");
    expect(lines.slice(2, 5)).toEqual([
      "| scenario | form | threads | warren | others | must and aim |",
      "|---|---|--:|--:|---|---|",
      expect.stringMatching(/^\| stream \| hot loop \| 1 \| 110 ns \(100–120\) \| go 60\.0 \(0\.545 ×, 0\.500–0\.583\)<br>ts-chan 310 \(.*\) \| must: .*<br>aim: .* \|$/),
    ]);
  });

  test("that was interrupted says so in its first line", () => {
    expect(printResult(resultOf(figures, { interrupted: true }), null)).toMatch(/^INTERRUPTED: /);
  });
});
