/** docs/results/warren-1.schema.json: says what src/lab/result.ts says, takes real results, and refuses what is not one. */
import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { compareResults } from "../../src/lab/figures/compare.ts";
import { fitsOf } from "../../src/lab/figures/scaling.ts";
import type { Result } from "../../src/lab/result.ts";
import { fakeHeadline, fakeResult } from "../cli/print/fake-result.ts";
import { warren } from "../cli/warren-process.ts";
import { shapeOfSchema, TypeShapes } from "./shapes.ts";

const schema = JSON.parse(readFileSync("docs/results/warren-1.schema.json", "utf8")) as { type: string; $defs: Record<string, object> };
const validate: ValidateFunction = new Ajv2020({ strict: true, allErrors: true }).compile(schema);

const TYPES = new TypeShapes(["result", "cell", "timeline", "machine/environment", "comparison", "fit", "text"].map((name) => `src/lab/${name}.ts`));

/** Every error as "place: message". */
const errorsOf = (value: unknown) => (validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`));

/** As it is read back from a file. */
const asRead = (result: Result) => JSON.parse(JSON.stringify(result)) as Result;

/** A copy with one thing changed. */
const changed = (result: Result, change: (copy: Record<string, any>) => void): unknown => { // oxlint-disable-line typescript/no-explicit-any -- made wrong on purpose
  const copy = JSON.parse(JSON.stringify(result)) as Record<string, unknown>;
  change(copy);
  return copy;
};

describe("the schema and the types", () => {
  it("say the same of a whole result", () => {
    expect(shapeOfSchema(schema, schema)).toEqual(TYPES.of("Result"));
  });

  it.each(Object.keys(schema.$defs))("say the same of %s", (name) => {
    expect(shapeOfSchema(schema.$defs[name], schema)).toEqual(TYPES.of(name));
  });

  it("refuses unknown fields wherever there are fields", () => {
    const open = [...JSON.stringify(schema).matchAll(/"properties":/g)].length - [...JSON.stringify(schema).matchAll(/"additionalProperties":false/g)].length;
    expect(open).toBe(0);
  });
});

let headline: Result;
beforeAll(async () => {
  headline = await fakeHeadline();
});

describe("a result", () => {
  it("fits, with everything that may be in it", { tags: ["deep"] }, async () => {
    const result = await fakeHeadline({ threads: [1, 2, 3, 4] });
    const fits = [...fitsOf(result), ...fitsOf(headline)];
    expect(result.cells.every(({ timeline, trace }) => timeline !== undefined && trace.A !== undefined)).toBe(true);
    expect(fits.map(({ universal }) => "refused" in universal)).toEqual(expect.arrayContaining([true, false]));
    const comparison = compareResults(headline, result, { names: ["a", "b"], seed: 1 });
    expect([comparison.cells.length, comparison.onlyB.length]).toEqual([28, 28]);
    expect(errorsOf(asRead({ ...result, fits, comparison }))).toEqual([]);
  });

  it("fits, with as little as there may be", async () => {
    const result = await fakeResult({ blocks: 2, designs: ["G4"], threads: [1], config: { interrupted: true } });
    const bare = { ...result, cells: result.cells.map((cell) => ({ ...cell, trace: {}, samples: cell.samples.map((sample) => ({ ...sample, cpuNs: [], runDelayNs: [] })) })) };
    expect(errorsOf(asRead(bare))).toEqual([]);
  });

  it("fits when it was measured", { tags: ["deep"] }, async () => {
    const { code, stdout } = await warren(["gophers", "--designs", "G1,G6", "--threads", "1,2", "--world", "wait", "--books", "8", "--blocks", "1", "--runs", "1", "--warmup", "1", "--format", "json", "-q"]);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Result;
    expect(errorsOf(result)).toEqual([]);
    expect(result.cells).toHaveLength(4);
  });
});

describe("what is no result", () => {
  it.each<[string, (copy: any) => void, string]>([ // oxlint-disable-line typescript/no-explicit-any -- made wrong on purpose
    ["another version", (copy) => (copy.schema = "warren/2"), '/schema: must be equal to constant {"allowedValue":"warren/1"}'],
    ["a misspelt field", (copy) => (copy.cells[0].summary.medianNS = 1), '/cells/0/summary: must NOT have additional properties {"additionalProperty":"medianNS"}'],
    ["a misspelt gain", (copy) => (copy.gains[0].ci.p = null), '/gains/0/ci: must NOT have additional properties {"additionalProperty":"p"}'],
    ["a field that is missing", (copy) => delete copy.cells[0].verdict, `/cells/0: must have required property 'verdict' {"missingProperty":"verdict"}`],
    ["an unknown verdict", (copy) => (copy.cells[0].verdict = "fast"), "/cells/0/verdict: must be equal to one of the allowed values"],
    ["a number that JSON has no word for", (copy) => (copy.cells[0].summary.medianNs = null), '/cells/0/summary/medianNs: must be number {"type":"number"}'],
    ["an interval of three", (copy) => copy.cells[0].summary.ci.push(1), "/cells/0/summary/ci: must NOT have more than 2 items"],
    ["half a thread", (copy) => (copy.cells[0].threads = 1.5), '/cells/0/threads: must be integer {"type":"integer"}'],
    ["a time below zero", (copy) => (copy.cells[0].samples[0].wallNs = -1), "/cells/0/samples/0/wallNs: must be > 0"],
    ["a slice without its end", (copy) => copy.cells[0].timeline.runs[0].pop(), "/cells/0/timeline/runs/0: must NOT have fewer than 4 items"],
  ])("%s", (_what, change, error) => {
    const errors = errorsOf(changed(headline, change));
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.some((line) => line.startsWith(error))).toBe(true);
  });
});
