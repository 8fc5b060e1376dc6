/** From the options of `warren watch` to what is shown: pure, with a message for every error. */
import { DESIGN_IDS, takesCarts, WORLDS, type DesignId, type World } from "../../lab/talk/gophers/grid.ts";
import { MOST_WATCHED_THREADS, mostCartsOf, usualChoice } from "../../lab/watch/choices.ts";
import { WATCHED, type Choice } from "../../lab/watch/protocol.ts";
import { milliseconds, oneOf, UsageError, wholeNumber, type Raw } from "./values.ts";

/** The options, as commander gives them. */
export type RawWatch = Raw<"designs" | "world" | "threads" | "carts" | "unit" | "port" | "record", "open" | "present" | "quiet">;

/** The options, checked. */
export interface WatchOptions {
  readonly choice: Choice;
  /** Length of a step; `null`: the usual one. */
  readonly unitMs: number | null;
  /** 0: any port that is free. */
  readonly port: number;
  /** Whether a browser is opened. */
  readonly opens: boolean;
  /** Large type. */
  readonly present: boolean;
  /** A file for the run, instead of a server. */
  readonly record: string | null;
}

/** Shorter steps than the grain of timers could not be told apart. */
const LEAST_UNIT_MS = 1;
const MOST_UNIT_MS = 10_000;
const MOST_PORT = 65_535;

/** Checks the options; `operands`: the program. `cores`: whole cores that this process can use. */
export function resolveWatch(raw: RawWatch, [program = "gophers"]: readonly string[], cores: number): WatchOptions {
  const record = raw.record ?? null;
  if (record !== null && raw.port !== undefined) throw new UsageError("--port cannot be used with --record: a recording needs no server");
  return {
    choice: choiceOf(raw, oneOf("watch", program, WATCHED), cores),
    unitMs: raw.unit === undefined ? null : unitOf(raw.unit, program),
    port: raw.port === undefined ? 0 : wholeNumber("--port", raw.port, 0, MOST_PORT),
    opens: raw.open !== false && record === null,
    present: raw.present === true,
    record,
  };
}

function choiceOf(raw: RawWatch, program: Choice["program"], cores: number): Choice {
  const usual = usualChoice(cores);
  const threads = raw.threads === undefined ? usual.threads : wholeNumber("--threads", raw.threads, 1, MOST_WATCHED_THREADS);
  if (program !== "gophers") {
    for (const name of ["designs", "world", "carts"] as const) if (raw[name] !== undefined) throw new UsageError(`only warren watch gophers has --${name}`);
    if (threads > cores) throw new UsageError(`--threads: ${threads} is more than the cores that are here (${cores}), and on more only the gophers can be predicted`);
    return { ...usual, program, threads };
  }
  const design = raw.designs === undefined ? (usual.design as DesignId) : only("--designs", raw.designs, DESIGN_IDS);
  const world = raw.world === undefined ? (usual.world as World) : only("--world", raw.world, WORLDS);
  if (raw.carts !== undefined && !takesCarts(design)) throw new UsageError(`--carts: ${design} has the carts that it has. --carts changes ${DESIGN_IDS.filter(takesCarts).join(", ")}`);
  return { program, design, world, threads, carts: raw.carts === undefined ? null : wholeNumber("--carts", raw.carts, 1, mostCartsOf(design)) };
}

/** A page shows one run, so each of these has one value. */
function only<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  if (!text.includes(",") && text.toLowerCase() !== "all") return oneOf(option, text, allowed);
  throw new UsageError(`${option}: a page shows one run at a time, not ${JSON.stringify(text)}. Name one of ${allowed.join(", ")}; the page has all of them`);
}

function unitOf(text: string, program: string): number {
  if (program === "sieve") throw new UsageError("--unit: the sieve has no steps of a length: it sends numbers as fast as it can");
  const unitMs = milliseconds("--unit", text, LEAST_UNIT_MS);
  if (unitMs > MOST_UNIT_MS) throw new UsageError(`--unit: ${JSON.stringify(text)} is more than ${MOST_UNIT_MS / 1000} s`);
  return unitMs;
}
