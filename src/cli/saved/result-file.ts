/**
 * Results that were written with `--format json`, read back: for `warren report`
 * and whatever else works on results that are there. A report (`--format html`) has
 * the same JSON in it. What a program relies on
 * is checked, so that a file of another kind is refused with the place where it
 * differs; fields that are new are let through (result.ts: fields are only added).
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { gainsOfCells } from "../../lab/figures/gains.ts";
import { judge } from "../../lab/figures/verdict.ts";
import { GAIN_RULE, SCHEMA, type Result } from "../../lab/result.ts";
import { requireReadable } from "../terminal/streams.ts";
import { UsageError } from "../options/values.ts";

type Kind = "string" | "number" | "object" | "array";

/** What must be there, by path; `[]` stands for every item. */
const NEEDED: readonly (readonly [path: string, kind: Kind])[] = [
  ["tool.version", "string"],
  ["env.cpu", "string"], ["env.node", "string"], ["env.platform", "string"], ["env.cores", "number"], ["env.usable", "number"], ["env.load", "number"], ["env.caches", "object"],
  ["env.during", "object"], ["env.warnings", "array"],
  ["config.command", "array"], ["config.seed", "number"], ["config.blocks", "number"], ["config.blocksDone", "number"], ["config.runs", "number"], ["config.startedAt", "string"], ["config.seconds", "number"],
  ["cells", "array"],
  ["cells[].program", "string"], ["cells[].world", "string"], ["cells[].design", "string"], ["cells[].gophers", "number"], ["cells[].threads", "number"],
  ["cells[].params", "object"], ["cells[].samples", "array"], ["cells[].items", "number"], ["cells[].samples[].block", "number"], ["cells[].samples[].wallNs", "number"], ["cells[].trace", "object"],
  ["cells[].summary.medianNs", "number"], ["cells[].summary.flags", "array"], ["cells[].verdict", "string"],
  ["gains", "array"], ["gains[].C", "number"], ["gains[].P", "number"], ["gains[].S", "number"], ["gains[].ci", "object"],
  ["checks", "array"], ["checks[].name", "string"],
];

/** Reads a result; "-" is standard input. @throws UsageError when it is none */
export async function readResult(path: string): Promise<Result> {
  if (path !== "-") await requireReadable("result", path);
  const written = path === "-" ? await text(process.stdin) : await readFile(path, "utf8").catch((error: Error) => {
    throw new UsageError(`${JSON.stringify(path)} cannot be read: ${error.message}`);
  });
  return parseResult(written, path === "-" ? "standard input" : JSON.stringify(path));
}

/** Checks what was read; `name` is what an error calls it. */
export function parseResult(written: string, name: string): Result {
  const value = parsed(written, name);
  const schema = kindOf(value) === "object" ? (value as { schema?: unknown }).schema : undefined;
  if (schema !== SCHEMA) {
    const found = typeof schema === "string" ? `its schema is ${JSON.stringify(schema)}, not "${SCHEMA}"` : "it has no schema";
    throw new UsageError(`${name} is not a result of warren: ${found}; write one with --format json`);
  }
  for (const [path, kind] of NEEDED) {
    const wrong = firstWrong(value, path.split("."), kind, "");
    if (wrong !== null) throw new UsageError(`${name} is not a whole result of warren: ${wrong}`);
  }
  return withTodaysRules(value as Result);
}

/** A result with the gains and verdicts that today's rules give: for a file of warren 0.1.0 they are formed anew, from what was measured. */
function withTodaysRules(result: Result): Result {
  if (result.gainRule === GAIN_RULE) return result;
  const cells = result.cells.map((cell) => ({ ...cell, verdict: judge(cell).verdict }));
  return { ...result, gainRule: GAIN_RULE, cells, gains: gainsOfCells(cells, result.config.seed) };
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
    throw new UsageError(`${name} is not JSON: ${(error as Error).message.replaceAll(/\s+/g, " ")}`);
  }
}

/** The first place below `value` where `path` does not lead to the kind wanted; `null`: none. */
function firstWrong(value: unknown, [step, ...rest]: readonly string[], kind: Kind, at: string): string | null {
  if (step === undefined) return kindOf(value) === kind ? null : `${at} is ${value === undefined ? "missing" : `${article(kindOf(value))}, not ${article(kind)}`}`;
  const isEach = step.endsWith("[]");
  const name = isEach ? step.slice(0, -2) : step;
  const here = at === "" ? name : `${at}.${name}`;
  const next = (value as Record<string, unknown> | null | undefined)?.[name];
  if (!isEach) return firstWrong(next, rest, kind, here);
  if (!Array.isArray(next)) return `${here} is not an array`;
  for (const [index, item] of next.entries()) {
    const wrong = firstWrong(item, rest, kind, `${here}[${index}]`);
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
