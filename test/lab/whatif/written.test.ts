/** What warren whatif writes: JSON that its schema takes, text, a picture and a page. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { printWhatIf } from "../../../src/cli/print/whatif-text.ts";
import { environmentOf, readMachine, readState } from "../../../src/lab/machine/environment.ts";
import { renderWhatIf, whatIfPicture } from "../../../src/lab/report/whatif/section.ts";
import { NotPredictable, predict } from "../../../src/lab/whatif/index.ts";
import { judged, WHATIF_SCHEMA, type WhatIfProgram, type WhatIfResult } from "../../../src/lab/whatif/result.ts";
import { shapeOfSchema, TypeShapes } from "../shapes.ts";
import { fakeHeadline } from "../../cli/print/fake-result.ts";
import { KNOWN } from "./programs.ts";

const schema = JSON.parse(readFileSync("docs/results/warren-whatif-1.schema.json", "utf8")) as { type: string; $defs: Record<string, object> };
const validate = new Ajv2020({ strict: true, allErrors: true, strictTuples: false, allowUnionTypes: true }).compile(schema);

const facts = { untracedNs: 100e6, tracedNs: 104e6, events: 1234 };
function program(name: string, gain: number): WhatIfProgram {
  const known = KNOWN.find((each) => each.name === name);
  if (known === undefined) throw new Error(name);
  const foreseen = predict([known.trace], { processors: [1, 2, 4, 8, 16, 32, 64] });
  return { name, ...facts, refused: null, ...judged(foreseen, [{ processors: 2, gain }], 2, { computing: 1.97, memory: 1.4 }) };
}
const refusal = new NotPredictable("lost", "events were lost", "Keep more events");
const machine = readMachine();
const RESULT: WhatIfResult = {
  schema: WHATIF_SCHEMA, tool: { name: "warren", version: "0.1.0" }, command: ["whatif", "p.ts"], startedAt: "2026-01-01T00:00:00.000Z",
  env: { ...environmentOf(machine, readState(0), null, 1), warnings: [] }, handOff: { awakeNs: 800, asleepNs: 160_000 }, handOffMeasured: true, ceiling: { computing: 1.97, memory: 1.4 },
  programs: [
    program("fan of 47 equal tasks", 1.95),
    program("Amdahl, a fifth serial", 1.1),
    { name: "<lost> & found", ...facts, foreseen: null, refused: { code: refusal.code, message: refusal.message }, measured: [], gap: null },
  ],
};

describe("JSON", () => {
  test("the schema takes it, and refuses a field that it does not know", () => {
    const copy = JSON.parse(JSON.stringify(RESULT)) as object;
    expect(validate(copy) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...copy, more: 1 })).toBe(false);
  });

  test("the schema and the types say the same", () => {
    const types = new TypeShapes(["whatif/result", "whatif/predict", "whatif/limit", "whatif/replay", "machine/environment", "figures/verdict"].map((name) => `src/lab/${name}.ts`));
    for (const name of ["Prediction", "PathTask", "ModelCheck", "MeasuredRow", "HandOff"]) expect(shapeOfSchema(schema.$defs[name], schema)).toEqual(types.of(name));
  });
});

test("text", async () => {
  await expect(`${printWhatIf(RESULT, { width: 100, plain: false })}\n`).toMatchFileSnapshot("golden/100.txt");
  const plain = printWhatIf(RESULT, { width: 72, plain: true });
  expect(plain.replaceAll(/[ -~\n]/g, "").replaceAll(/[µ…]/g, "")).toBe("");
  expect(Math.max(...plain.split("\n").map((line) => line.length))).toBeLessThanOrEqual(72);
});

test("a picture has a bar for each number of cores and the sentence of each program", () => {
  const { document } = parseHTML(`<body>${whatIfPicture(RESULT)}</body>`);
  expect(document.querySelectorAll('rect[fill^="#"], rect[class], rect').length).toBeGreaterThanOrEqual(2 * (7 + 2));
  expect(document.querySelector("desc")?.textContent).toContain("More than");
  expect(whatIfPicture(RESULT)).not.toContain("<lost>");
});

test("the report of a result has it as a section", async () => {
  const { renderReport } = await import("../../../src/lab/report/report.ts");
  const result = await fakeHeadline();
  const frame = { sentences: [], program: "warren" };
  expect(parseHTML(renderReport(result, frame)).document.querySelector("#whatif")).toBe(null);
  const { document } = parseHTML(renderReport(result, { ...frame, whatIf: RESULT }));
  expect(document.querySelectorAll("#whatif h3").length).toBe(3);
  expect(document.querySelector('nav a[href="#whatif"]')?.textContent).toBe("Predicted gain by number of cores");
});

test("a page has the section, its tables, and the result as JSON", () => {
  const page = renderWhatIf(RESULT);
  const { document } = parseHTML(page);
  expect(document.querySelectorAll("#whatif h3").length).toBe(3);
  expect(document.querySelectorAll("#whatif table").length).toBe(2);
  expect(JSON.parse(document.querySelector("#warren-whatif")?.textContent ?? "")).toEqual(JSON.parse(JSON.stringify(RESULT)));
  expect(page).not.toMatch(/<lost>|https?:\/\/(?!www\.w3\.org)/);
});
