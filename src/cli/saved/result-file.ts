/**
 * Results that were written with `--format json`, read back: for `warren report`
 * and whatever else works on results that are there. A report (`--format html`) has
 * the same JSON in it. What a program relies on
 * is checked, so that a file of another kind is refused with the place where it
 * differs; fields that are new are let through (result.ts: fields are only added).
 * So is what no measurement gives and no figure can be formed from: a time that is
 * not above zero, a cell without samples, a cell or a sample that is there twice.
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { printCell } from "../../lab/cell.ts";
import { cellKey } from "../../lab/figures/compare.ts";
import { gainsOfCells } from "../../lab/figures/gains.ts";
import { judge } from "../../lab/figures/verdict.ts";
import { GAIN_RULE, SCHEMA, type CellResult, type Result } from "../../lab/result.ts";
import { WHATIF_SCHEMA, type WhatIfResult } from "../../lab/whatif/result.ts";
import { reasonOf } from "../terminal/streams.ts";
import { UsageError } from "../options/values.ts";
import { VERSION } from "../terminal/version.ts";

type Kind = "string" | "number" | "object" | "array";

/** What must be there, by path; `[]` stands for every item. */
const NEEDED: readonly (readonly [path: string, kind: Kind])[] = [
  ["tool.version", "string"],
  ["env.cpu", "string"], ["env.node", "string"], ["env.platform", "string"], ["env.cores", "number"], ["env.usable", "number"], ["env.load", "number"], ["env.caches", "object"],
  ["env.during", "object"], ["env.warnings", "array"],
  ["config.command", "array"], ["config.seed", "number"], ["config.blocks", "number"], ["config.blocksDone", "number"], ["config.runs", "number"], ["config.startedAt", "string"], ["config.seconds", "number"],
  ["cells", "array"],
  ["cells[].program", "string"], ["cells[].world", "string"], ["cells[].design", "string"], ["cells[].gophers", "number"], ["cells[].threads", "number"],
  ["cells[].params", "object"], ["cells[].samples", "array"], ["cells[].items", "number"], ["cells[].samples[].block", "number"], ["cells[].samples[].run", "number"], ["cells[].samples[].wallNs", "number"], ["cells[].trace", "object"],
  ["cells[].summary.medianNs", "number"], ["cells[].summary.flags", "array"], ["cells[].verdict", "string"],
  ["gains", "array"], ["gains[].C", "number"], ["gains[].P", "number"], ["gains[].S", "number"], ["gains[].ci", "object"],
  ["checks", "array"], ["checks[].name", "string"],
];

/** Fields of `NEEDED` that are above zero. */
const ABOVE_ZERO = new Set(["cells[].samples[].wallNs", "cells[].items", "cells[].threads", "cells[].summary.medianNs", "gains[].C", "gains[].P", "gains[].S"]);

/** Reads a result; "-" is standard input. @throws UsageError when it is none */
export async function readResult(path: string): Promise<Result> {
  const { written, name } = await readWritten(path);
  return parseResult(written, name);
}

/** Reads predictions. @throws UsageError when there are none */
export async function readWhatIf(path: string): Promise<WhatIfResult> {
  const { written, name } = await readWritten(path);
  const value = parsed(written, name) as Partial<WhatIfResult> | null;
  if (value?.schema !== WHATIF_SCHEMA || !Array.isArray(value.programs)) throw new UsageError(`--whatif: ${name} has no predictions of warren whatif --format json (schema ${WHATIF_SCHEMA})`);
  return value as WhatIfResult;
}

/** What is in a file; `name` is what an error calls it. @throws UsageError */
export async function readWritten(path: string): Promise<{ readonly written: string; readonly name: string }> {
  const name = path === "-" ? "standard input" : JSON.stringify(path);
  const written = await (path === "-" ? text(process.stdin) : readFile(path, "utf8")).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`result: ${name} cannot be read: ${error.code === "EISDIR" ? "it is a directory" : reasonOf(error)}`);
  });
  return { written, name };
}

/** Checks what was read; `name` is what an error calls it. */
export function parseResult(written: string, name: string): Result {
  const value = parsed(written, name);
  const schema = kindOf(value) === "object" ? (value as { schema?: unknown }).schema : undefined;
  if (schema !== SCHEMA) throw otherSchema(name, schema);
  for (const [path, kind] of NEEDED) {
    const test = ABOVE_ZERO.has(path) ? isAboveZero : null;
    const wrong = firstWrong(value, path.split("."), kind, "", test);
    if (wrong !== null) throw new UsageError(`${name} is not a whole result of warren: ${wrong}`);
  }
  const wrong = wrongCell((value as Result).cells);
  if (wrong !== null) throw new UsageError(`${name} is not a result that warren wrote: ${wrong}`);
  return withTodaysRules(value as Result);
}

/** A result with the gains and verdicts that today's rules give: for a file of warren 0.1.0 they are formed anew, from what was measured. */
function withTodaysRules(result: Result): Result {
  if (result.gainRule === GAIN_RULE) return result;
  const cells = result.cells.map((cell) => ({ ...cell, verdict: judge(cell).verdict }));
  return { ...result, gainRule: GAIN_RULE, cells, gains: gainsOfCells(cells, result.config) };
}

function otherSchema(name: string, schema: unknown): UsageError {
  const [, version] = /^warren\/(\d+)$/.exec(String(schema)) ?? [];
  if (version !== undefined && Number(version) > Number(SCHEMA.split("/")[1])) return new UsageError(`${name} was written by a newer warren: its schema is "${schema}", and warren ${VERSION} reads "${SCHEMA}"; use that warren to read it`);
  const found = typeof schema === "string" ? `its schema is ${JSON.stringify(schema)}, not "${SCHEMA}"` : "it has no schema";
  return new UsageError(`${name} is not a result of warren: ${found}; write one with --format json`);
}

/** The first cell that cannot be compared or reported: without samples, there twice, or with a sample that is there twice. */
function wrongCell(cells: readonly CellResult[]): string | null {
  const seen = new Map<string, number>();
  for (const [at, cell] of cells.entries()) {
    const key = cellKey(cell);
    const before = seen.get(key);
    if (before !== undefined) return `cells[${at}] is the same cell as cells[${before}]: ${printCell(cell)}`;
    seen.set(key, at);
    if (cell.samples.length === 0) return `cells[${at}].samples is empty: ${printCell(cell)}`;
    const runs = new Map<string, number>();
    for (const [index, { block, run }] of cell.samples.entries()) {
      const first = runs.get(`${block} ${run}`);
      if (first !== undefined) return `cells[${at}].samples[${index}] is the same run as samples[${first}]: ${printCell(cell)}`;
      runs.set(`${block} ${run}`, index);
    }
  }
  return null;
}

/** The JSON in a report. */
const IN_REPORT = /<script type="application\/json" id="warren-result">(.*?)<\/script>/s;

function parsed(written: string, name: string): unknown {
  const isPage = /^\s*</.test(written);
  const json = isPage ? IN_REPORT.exec(written)?.[1] : written;
  if (json === undefined) throw new UsageError(`${name} is not a report of warren: it is markup without a result in it`);
  try {
    return JSON.parse(json);
  } catch (error) {
    // the message quotes the text, which can be anything
    throw new UsageError(`${name} is not JSON: ${(error as Error).message.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")}`);
  }
}

/** What a value must be in addition to its kind, in words, if it is not so. */
type Test = (value: unknown) => string | null;

const isAboveZero: Test = (value) => (Number.isFinite(value) && (value as number) > 0 ? null : "a number above zero");

/** The first place below `value` where `path` does not lead to the kind wanted, or to what fails the test; `null`: none. */
function firstWrong(value: unknown, [step, ...rest]: readonly string[], kind: Kind, at: string, test: Test | null): string | null {
  if (step === undefined) {
    if (kindOf(value) !== kind) return `${at} is ${value === undefined ? "missing" : `${article(kindOf(value))}, not ${article(kind)}`}`;
    const wanted = test?.(value) ?? null;
    return wanted === null ? null : `${at} is ${String(value)}, not ${wanted}`;
  }
  const isEach = step.endsWith("[]");
  const name = isEach ? step.slice(0, -2) : step;
  const here = at === "" ? name : `${at}.${name}`;
  const next = (value as Record<string, unknown> | null | undefined)?.[name];
  if (!isEach) return firstWrong(next, rest, kind, here, test);
  if (!Array.isArray(next)) return `${here} is not an array`;
  for (const [index, item] of next.entries()) {
    const wrong = firstWrong(item, rest, kind, `${here}[${index}]`, test);
    if (wrong !== null) return wrong;
  }
  return null;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function article(kind: string): string {
  return kind === "null" ? "null" : `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}
