/** The report as text: what must be in it, whatever is missing from the result. In a browser: browser.test.ts. */
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { compareResults } from "../../../src/lab/figures/compare.ts";
import { printCell } from "../../../src/lab/cell.ts";
import { answerOf, inWords } from "../../../src/lab/print/answer.ts";
import { allRows } from "../../../src/lab/print/rows.ts";
import { renderReport } from "../../../src/lab/report/report.ts";
import { printRatio } from "../../../src/lab/text.ts";
import type { Result } from "../../../src/lab/result.ts";
import { fullResult } from "./full-result.ts";

const TOLD = { sentences: ["On one thread structure gives 3.96×.", "Threads give < 2×."], program: "warren" };
const full = await fullResult();
/** Enough where something is missing. */
const small = await fullResult({ worlds: ["cpu", "wait"], designs: ["G1", "G6"], dot: false });
const page = renderReport(full, TOLD);

/** The document, without what is data or code. */
function documentOf(text: string): ReturnType<typeof parseHTML>["document"] {
  const { document } = parseHTML(text);
  for (const script of document.querySelectorAll("script, style")) script.remove();
  return document;
}

function sectionText(text: string, id: string): string {
  return documentOf(text).querySelector(`#${id}`)?.textContent ?? "";
}

describe("the whole report", () => {
  test("the same result gives the same bytes", async () => {
    expect(renderReport(await fullResult(), TOLD)).toBe(page);
  });

  test("is under two megabytes, and needs nothing from elsewhere", () => {
    expect(page.length).toBeLessThan(2_000_000);
    const linked = [...documentOf(page).querySelectorAll("[src], [href], [srcset], [action]")].map((element) => element.getAttribute("href"));
    expect(linked.filter((url) => !/^(#|data:,)/.test(url ?? ""))).toEqual([]);
    expect(page).not.toMatch(/@import|url\(|<iframe|<object|<embed/);
    expect(page).toContain("default-src &#39;none&#39;");
  });

  test("holds the result itself", () => {
    const json = /<script type="application\/json" id="warren-result">(.*?)<\/script>/s.exec(page)?.[1];
    expect(JSON.parse(json as string)).toEqual(JSON.parse(JSON.stringify(full)));
  });

  test("says how to read every picture, in sections with headings, each id once", () => {
    const { document } = parseHTML(page);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.querySelectorAll("h1").length).toBe(1);
    const sections = [...document.querySelectorAll("main > section")];
    expect(sections.map(({ id }) => id)).toEqual(["answer", "timelines", "findings", "results", "factors", "speed-up", "parallelism", "predicted", "samples", "checks", "environment", "again"]);
    for (const section of sections) expect(document.getElementById(section.getAttribute("aria-labelledby") as string)?.tagName).toBe("H2");
    for (const id of ["answer", "timelines", "results", "factors", "speed-up", "parallelism", "predicted", "samples"]) expect(document.querySelector(`#${id} .reading`)).not.toBeNull();
    for (const id of ["answer", "timelines", "parallelism", "speed-up", "predicted", "samples"]) expect(document.querySelector(`#${id} details.as-table table`)).not.toBeNull();
    expect([...document.querySelectorAll("svg:not(svg svg):not([aria-hidden])")].every((svg) => (svg.getAttribute("aria-label") ?? "") !== "")).toBe(true);
  });

  test("has every cell in the table, with time beside ratio", { tags: ["deep"] }, () => {
    const { document } = parseHTML(page);
    expect(document.querySelectorAll("#results tbody th[scope=row]").length).toBe(full.cells.length);
    expect(sectionText(page, "findings")).toContain("Threads give < 2×.");
    const again = renderReport({ ...small, config: { ...small.config, command: ["dot", "--format", "json", "-o", "x.json", "--quick"] } }, TOLD);
    expect(sectionText(again, "again")).toContain("warren dot --quick --format html -o report.html");
    expect(sectionText(page, "again")).toContain("warren gophers --quick --format html -o report.html");
  });

  test("every number in it is one", () => {
    expect(documentOf(page).toString()).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });
});

test("names that are markup stay names", { tags: ["deep"] }, async () => {
  const bad = `</script><img src=x onerror=alert(1)>"'`;
  const result = await fullResult({ worlds: ["cpu", "wait"], designs: ["G1", "G6"], config: { command: ["gophers", bad] } });
  const cells = result.cells.map((cell) => ({
    ...cell, world: bad, design: cell.design === "G6" ? bad : cell.design, verdict: bad as never, params: { ...cell.params, [bad]: bad },
    timeline: cell.timeline && { ...cell.timeline, tasks: cell.timeline.tasks.map((task) => ({ ...task, name: bad })) },
  }));
  const gains = result.gains.map((gain) => ({ ...gain, world: bad }));
  const evil = { ...result, cells, gains, env: { ...result.env, cpu: bad, warnings: [bad] }, checks: [{ name: bad, ok: false, detail: bad }] };
  const text = renderReport(evil as Result, { sentences: [bad], program: bad });
  const { document } = parseHTML(text);
  expect(document.querySelectorAll("img").length).toBe(0);
  expect(document.querySelectorAll("script").length).toBe(2);
  expect([...document.querySelectorAll("*")].filter((element) => element.hasAttribute("onerror"))).toEqual([]);
  // in attributes, too
  expect(text.split('id="warren-result"')[0]).not.toContain("<img src=x");
});

test("opens with the answer: the bars of the first screen, their sentences, and the plane", () => {
  const answer = documentOf(page).querySelector("main > section");
  expect(answer?.id).toBe("answer");
  const worlds = answerOf(full);
  expect([...(answer?.querySelectorAll("h3") ?? [])].map((title) => title.textContent)).toEqual(worlds.map(({ title }) => title));
  expect([...(answer?.querySelectorAll("svg.wide [data-mark=bar] > title") ?? [])].map((title) => title.textContent)).toEqual(worlds.flatMap(({ bars }) => bars.map(inWords)));
  for (const { sentence } of worlds) expect(answer?.textContent).toContain(sentence);
  expect(answer?.querySelectorAll("svg.plot").length).toBe(1);
});

test("every gain that is printed is the quotient of the printed times", { tags: ["deep"] }, () => {
  const printed = allRows(full).filter(({ gain }) => gain !== null).map(({ cell, printed: { gains } }) => [printCell(cell), ...(["C", "P", "S"] as const).map((name) => printRatio(gains[name] as number))]);
  const { document } = parseHTML(page);
  const table = [...document.querySelectorAll("#answer .as-table tbody tr")].map((row) => [...row.querySelectorAll("th, td")].slice(0, 4).map((cell) => cell.textContent?.split(" (")[0]));
  expect(table).toEqual(printed);
  const tips = [...document.querySelectorAll("#answer [data-mark=gain] title")].map((title) => title.textContent);
  expect(tips.toSorted()).toEqual(printed.filter(([cell]) => cell?.endsWith("2 threads")).map(([cell, C, P, S]) => `${cell}: structure C ${C}, threads P ${P}, together S ${S}`).toSorted());
  const bySpeed = [...document.querySelectorAll("#speed-up .as-table tbody tr")].map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent));
  expect(bySpeed.map(([, , , P]) => P)).toEqual(printed.map(([, , P]) => P));
});

test("a verdict that is unclear has its reason next to it; a drift has a true minus", () => {
  const cells = small.cells.map((cell, index) => (index > 0 ? cell : { ...cell, verdict: "unclear" as const, trace: { ...cell.trace, L: 1.3, A: 0.9, hist: [0.1, 0.9], Pi2: 0, Acpu: 0.9, bounds: { L: [1, 1.6] as const } }, summary: { ...cell.summary, flags: ["drift:-12%"] } }));
  const { document } = parseHTML(renderReport({ ...small, cells }, TOLD));
  const row = document.querySelector("#results tbody th[scope=row]")?.parentElement;
  expect(row?.querySelector(".why")?.textContent).toBe("1.00 to 1.60 tasks in progress: concurrent only or sequential");
  expect(row?.querySelector(".flag")?.textContent).toBe("drift −12 %");
});

test("chunks of a product are tasks, never gophers", () => {
  const dot = (item: { readonly program: string }): boolean => item.program === "dot";
  const cells = full.cells.filter(dot).map((cell) => ({ ...cell, timeline: { ...cell.timeline, tasks: cell.timeline?.tasks.map((task) => ({ ...task, name: "chunk" })) } as never }));
  const said = documentOf(renderReport({ ...full, cells, gains: full.gains.filter(dot), checks: [] }, TOLD)).querySelector("main");
  for (const facts of said?.querySelectorAll("#environment, #again") ?? []) facts.remove();
  expect(said?.textContent).toContain("eight chunks, 2 threads");
  expect(said?.textContent).not.toMatch(/gopher/i);
});

test("with four thread counts there are laws, with fewer the reason why not", { tags: ["deep"] }, async () => {
  const many = renderReport(await fullResult({ worlds: ["cpu"], threads: [1, 2, 4, 8], dot: false }), TOLD);
  expect(sectionText(many, "speed-up")).toContain("Scaling laws");
  expect(documentOf(many).querySelectorAll('#speed-up [data-mark="law"] path').length).toBeGreaterThan(0);
  expect(documentOf(many).toString()).not.toMatch(/NaN|Infinity|undefined|\[object/);
  expect(sectionText(page, "speed-up")).toContain("2 thread counts measured, 4 needed");
});

test("against a baseline", { tags: ["deep"] }, async () => {
  const before = await fullResult({ worlds: ["cpu"], noise: 0.05, dot: false });
  const comparison = compareResults(before, await fullResult({ worlds: ["cpu"], dot: false }), { names: ["before.json", "now"], seed: 1 });
  const text = renderReport({ ...before, comparison }, TOLD);
  expect(documentOf(text).querySelectorAll('#comparison [data-mark="ratio"] > *').length).toBe(comparison.cells.length);
  expect(sectionText(text, "comparison")).toContain("before.json");
  expect(page).not.toContain('id="comparison"');
});

describe("what is missing is said", () => {
  const without = (change: (cell: Result["cells"][number]) => object): Result => ({ ...small, cells: small.cells.map((cell) => ({ ...cell, ...change(cell) })) as Result["cells"] });
  const sane = (result: Result): string => {
    const text = renderReport(result, TOLD);
    expect(documentOf(text).toString()).not.toMatch(/NaN|Infinity|undefined|\[object/);
    return text;
  };

  test("no traces", () => {
    const text = sane({ ...without(() => ({ timeline: undefined, trace: {} })), gains: small.gains.map((gain) => ({ ...gain, factors: undefined as never })) });
    expect(sectionText(text, "timelines")).toContain("nothing to draw");
    expect(sectionText(text, "parallelism")).toContain("No cell was traced");
    expect(sectionText(text, "factors")).toContain("cannot be taken apart");
    expect(documentOf(text).querySelectorAll("#timelines svg, #parallelism svg").length).toBe(0);
  });

  test("one thread only", async () => {
    const text = sane(await fullResult({ threads: [1], worlds: ["wait"] }));
    expect(sectionText(text, "speed-up")).toContain("no curve");
    expect(sectionText(text, "answer")).toContain("every mark is at P = 1");
    expect(documentOf(text).querySelectorAll("#timelines .slot").length).toBe(1);
  });

  test("no gains", () => {
    const text = sane({ ...small, gains: [] });
    expect(sectionText(text, "answer")).toContain("no gains");
    expect(sectionText(text, "results")).toContain("?");
  });

  test("no model, no sentences, no checks", () => {
    const bare = { ...without(() => ({ predicted: undefined })), checks: [] };
    expect(sectionText(sane(bare), "predicted")).toContain("no model");
    const silent = renderReport(bare, { ...TOLD, sentences: [] });
    expect(sectionText(silent, "findings")).toContain("Nothing can be said");
    expect(sectionText(silent, "checks")).toContain("No checks were made");
  });

  test("interrupted, confined, failed", async () => {
    const text = sane(await fullResult({ worlds: ["cpu"], failing: true, blocks: 2, config: { interrupted: true, blocksDone: 1, cpus: "0" } }));
    const head = documentOf(text).querySelector("header")?.textContent;
    expect(head).toContain("do not rely on these numbers");
    expect(head).toContain("7 of 8 carts came back");
    expect(head).toContain("interrupted after 1 whole block of 2");
    expect(head).toContain("--cpus");
    expect(sectionText(text, "results")).toContain("no interval");
  });

  test("the dot product alone", () => {
    const dot = (item: { readonly program: string }): boolean => item.program === "dot";
    const text = sane({ ...full, cells: full.cells.filter(dot), gains: full.gains.filter(dot) });
    expect(sectionText(text, "results")).toContain("dot product");
    expect(documentOf(text).querySelectorAll("#answer svg.plot").length).toBe(1);
  });

  test("a model that gives only a lower bound", () => {
    const text = sane(without(({ predicted, world }) => ({ predicted: predicted && (world === "wait" ? { ns: 0.7 * predicted.ns, isBound: true } : { ns: predicted.ns }) })));
    expect(sectionText(text, "results")).toContain("≥162 ms");
    expect(sectionText(text, "predicted")).toContain("4 of 4 cells are inside");
    expect(sectionText(text, "predicted")).toContain("For hollow marks");
  });

  test("hundreds of tasks: the busiest are drawn", { tags: ["deep"] }, () => {
    const tasks = Array.from({ length: 200 }, (_, index) => ({ id: index + 1, name: "job" }));
    const runs = tasks.map((_, index) => [index % 2, index, index * 1000, index * 1000 + 1000 + index] as const);
    const timeline = { durationNs: 300_000, threads: 2, isCoarse: true, tasks, runs, rests: [], handOffs: [], r: [2], c: [200] };
    const text = sane(without(() => ({ timeline })));
    expect(sectionText(text, "timelines")).toContain("the busiest 40 of 200");
    expect(sectionText(text, "timelines")).toContain("joined");
  });
});
