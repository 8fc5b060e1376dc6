/** Tables: splitting the emitted values anywhere and merging gives the table of all of them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { count, max, mean, quantile, sample, sum, top, unique, type Table } from "../../workers/sawzall/tables.ts";

function tabled<V, S, R>(table: Table<V, S, R>, ...parts: (readonly V[])[]): R {
  const states = parts.map((values) => {
    const state = table.open();
    for (const value of values) table.emit(state, value);
    return state;
  });
  const total = table.open();
  for (const state of states) table.merge(total, state);
  return table.result(total);
}

function mergesAs<V>(values: fc.Arbitrary<V>, tables: Record<string, Table<V, unknown, unknown>>): void {
  test.each(Object.entries(tables))("%s", (_name, table) => {
    fc.assert(fc.property(fc.array(values, { maxLength: 200 }), fc.nat(200), (all, cut) => {
      expect(tabled(table, all.slice(0, cut), all.slice(cut))).toEqual(tabled(table, all));
    }));
  });
}

describe("merged tables are those of the whole", () => {
  mergesAs(fc.nat(1e6), { count, sum, mean, quantile: quantile([0, 0.5, 1]) } as never);
  mergesAs(fc.record({ value: fc.nat(5), file: fc.nat(3), at: fc.nat(100) }), { max } as never);
  mergesAs(fc.constantFrom("a", "b", "c", "ab", "ba", "é", "e\u0301"), { top: top(3), unique: unique(4), "unique, exact": unique(100) } as never);
  mergesAs(fc.string(), { unique: unique(8) } as never);

  test("sample", () => {
    fc.assert(fc.property(fc.uniqueArray(fc.record({ text: fc.string(), file: fc.nat(9), at: fc.nat(999) }), { selector: ({ file, at }) => `${file}:${at}` }), fc.nat(50), (all, cut) => {
      expect(tabled(sample(5), all.slice(cut), all.slice(0, cut))).toEqual(tabled(sample(5), all));
    }));
  });
});

describe("what they show", () => {
  test("of nothing", () => {
    expect([tabled(count, []), tabled(sum, []), tabled(mean, []), tabled(max, []), tabled(top(3), []), tabled(quantile([0.5]), []), tabled(unique(5), []), tabled(sample(5), [])]).toEqual([0, 0, null, null, [], [null], 0, []]);
  });

  test("top: ties in the order of the texts", () => {
    expect(tabled(top(3), ["b", "a", "c", "b", "a", "d"])).toEqual([["a", 2], ["b", 2], ["c", 1]]);
  });

  test("quantiles: exact below 256, within a hundredth above", () => {
    const all = Array.from({ length: 1000 }, (_, k) => k + 1);
    expect(tabled(quantile([0, 0.1, 0.2]), all)).toEqual([1, 100, 200]);
    const [half, nine] = tabled(quantile([0.5, 0.9]), all.map((k) => k * 1000)) as [number, number];
    expect(Math.abs(half / 500_000 - 1)).toBeLessThan(0.01);
    expect(Math.abs(nine / 900_000 - 1)).toBeLessThan(0.01);
  });

  test("max: the first of equals", () => {
    expect(tabled(max, [{ value: 1, file: 0, at: 0 }, { value: 2, file: 0, at: 9 }], [{ value: 2, file: 1, at: 0 }])).toEqual({ value: 2, file: 0, at: 9 });
  });

  test("unique: exact while few, an estimate of many within four standard errors", () => {
    const texts = Array.from({ length: 50_000 }, (_, k) => `text ${k}`);
    expect(tabled(unique(4096), texts.slice(0, 4096), texts.slice(0, 4096))).toBe(4096);
    expect(Math.abs(tabled(unique(4096), texts, texts) / 50_000 - 1)).toBeLessThan(4 / Math.sqrt(4096));
  });

  test("sample: each place about as likely as the others", () => {
    const hits = Array.from({ length: 20 }, () => 0);
    for (let file = 0; file < 2000; file++) {
      for (const { at } of tabled(sample(5), Array.from({ length: 20 }, (_, at) => ({ text: "", file, at })))) hits[at] = (hits[at] ?? 0) + 1;
    }
    // 2,000 draws of 5 in 20: 500 each, standard deviation 19.
    for (const hit of hits) expect(Math.abs(hit - 500)).toBeLessThan(5 * 19.4);
  });
});
