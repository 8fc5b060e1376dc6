/** From the options of `warren whatif` to what is recorded and predicted: pure, with a message for every error. */
import { DESIGN_IDS, WORLDS, type DesignId, type World } from "../../lab/talk/gophers/grid.ts";
import type { Free } from "../../lab/whatif/predict.ts";
import { oneOf, someOf, suggestion, UsageError, wholeNumber, type Raw } from "./values.ts";

/** Programs that are known by name. */
export const WHATIF_PROGRAMS = ["gophers", "sieve", "sawzall", "balance", "dot"] as const;
type Known = (typeof WHATIF_PROGRAMS)[number];

/** The options, as commander gives them. */
export type RawWhatIf = Raw<"task" | "args" | "processors" | "runs" | "faster" | "free" | "designs" | "world" | "events" | "format" | "output", "measure" | "color" | "quiet" | "plain">;

/** What to predict. */
export type WhatIfTarget =
  | { readonly kind: "gophers"; readonly designs: readonly DesignId[]; readonly worlds: readonly World[] }
  | { readonly kind: "sieve" | "balance" | "dot" }
  | { readonly kind: "sawzall"; readonly path: string }
  | { readonly kind: "module"; readonly path: string; readonly task: string; readonly args: readonly unknown[] };

/** The options, checked. */
export interface WhatIfOptions {
  readonly target: WhatIfTarget;
  readonly processors: readonly number[];
  readonly runs: number;
  readonly faster: Readonly<Record<string, number>>;
  readonly free: readonly Free[];
  readonly measure: boolean;
  readonly events: number;
}

export const USUAL_RUNS = 9;
export const WHATIF_EVENTS = 1_048_576;
const MOST_EVENTS = 8_388_608;
const MOST_RUNS = 1000;
const MOST_PROCESSORS = 1024;
/** A range of more counts than this means its powers of two and its ends. */
const MOST_COUNTS = 16;
const FREE: readonly Free[] = ["lock", "handoff", "gc"];

/** Checks the options; `operands`: the program, and the input of sawzall. */
export function resolveWhatIf(raw: RawWhatIf, operands: readonly string[]): WhatIfOptions {
  const options = {
    processors: processorCounts(raw.processors ?? "1..64"),
    runs: raw.runs === undefined ? USUAL_RUNS : wholeNumber("--runs", raw.runs, 1, MOST_RUNS),
    faster: fasterOf(raw.faster),
    free: raw.free === undefined ? [] : someOf("--free", raw.free, FREE),
    measure: raw.measure === true,
    events: raw.events === undefined ? WHATIF_EVENTS : wholeNumber("--events", raw.events, 256, MOST_EVENTS),
  };
  return { target: targetOf(raw, operands), ...options };
}

function targetOf(raw: RawWhatIf, [program, input, ...more]: readonly string[]): WhatIfTarget {
  if (program === undefined) throw new UsageError(`whatif needs a program: ${WHATIF_PROGRAMS.join(", ")}, or a module such as program.ts`);
  const known = (WHATIF_PROGRAMS as readonly string[]).includes(program) ? (program as Known) : null;
  const extra = known === "sawzall" ? more[0] : (input ?? more[0]);
  if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is one argument too many${known === null ? ": pass arguments to the task with --args '[…]'" : ""}`);
  if (known !== "gophers") refuse(raw, ["designs", "world"], `only warren whatif gophers has`);
  if (known !== null) refuse(raw, ["task", "args"], "only a module has");
  if (known === "gophers") return { kind: known, designs: someOf("--designs", raw.designs ?? "G1,G4,G6,G7", DESIGN_IDS), worlds: someOf("--world", raw.world ?? "all", WORLDS) };
  if (known === "sawzall") {
    if (input === undefined) throw new UsageError("whatif sawzall needs a file or a directory");
    return { kind: known, path: input };
  }
  if (known !== null) return { kind: known };
  if (!/[./\\]/.test(program)) throw new UsageError(`there is no program ${JSON.stringify(program)}${suggestion(program, WHATIF_PROGRAMS)} (programs: ${WHATIF_PROGRAMS.join(", ")}, or a module such as ./program.ts)`);
  return { kind: "module", path: program, task: raw.task ?? "main", args: argsOf(raw.args) };
}

function refuse(raw: RawWhatIf, names: readonly ("designs" | "world" | "task" | "args")[], why: string): void {
  for (const name of names) if (raw[name] !== undefined) throw new UsageError(`${why} --${name}`);
}

/** Arguments of a task: a JSON array. */
function argsOf(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--args: ${JSON.stringify(text)} is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) throw new UsageError(`--args: ${JSON.stringify(text)} is not a JSON array of arguments, such as [1,"two"]`);
  return value;
}

/** "1,2,8" or "1..64": of a long range its powers of two and its ends. */
function processorCounts(text: string): number[] {
  const counts = text.split(",").flatMap((part) => {
    const [, first, last] = /^\s*(\d+)\.\.(\d+)\s*$/.exec(part) ?? [];
    if (first === undefined || last === undefined) return [wholeNumber("--processors", part.trim(), 1, MOST_PROCESSORS)];
    const [from, to] = [wholeNumber("--processors", first, 1, MOST_PROCESSORS), wholeNumber("--processors", last, 1, MOST_PROCESSORS)];
    if (to < from) throw new UsageError(`--processors: ${JSON.stringify(part)} is empty: ${from} is more than ${to}`);
    const all = Array.from({ length: to - from + 1 }, (_, k) => from + k);
    return all.length <= MOST_COUNTS ? all : all.filter((count) => count === from || count === to || Number.isInteger(Math.log2(count)));
  });
  return [...new Set(counts)].toSorted((a, b) => a - b);
}

/** "burn=2,load=1.5" */
function fasterOf(text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  return Object.fromEntries(text.split(",").map((part) => {
    const [, task, times] = /^\s*([^=]+?)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (task === undefined || !(Number(times) > 0)) throw new UsageError(`--faster: ${JSON.stringify(part)} is not a task and a factor above 0, such as burn=2`);
    return [task, Number(times)] as const;
  }));
}

/** What must be a name of `oneOf`. */
export function whatIfFormat(text: string | undefined, output: string | undefined): "table" | "json" | "svg" | "html" {
  const formats = ["table", "json", "svg", "html"] as const;
  if (text !== undefined) return oneOf("--format", text, formats);
  return formats.find((format) => output?.toLowerCase().endsWith(`.${format}`)) ?? "table";
}
