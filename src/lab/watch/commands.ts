/**
 * What a page may ask, checked: a command is one of the closed set in protocol.ts, and each of
 * its values is one that the page was offered. Nothing else of what was sent goes any further.
 */
import { WATCHED, type Choice, type Command, type Watched, type Welcome } from "./protocol.ts";

/** What a command must keep to. */
export type CommandLimits = Pick<Welcome, "designs" | "worlds" | "mostThreads">;

/** A command, or one line that says what is wrong with it. */
export type ReadCommand = { readonly ok: true; readonly command: Command } | { readonly ok: false; readonly text: string };

/** A value of the sender's is quoted up to this length. */
const MOST_QUOTED = 40;

/** Why a text is refused. */
class Refused extends Error {
  override readonly name = "Refused";
}

/** Reads the text of a command: JSON with exactly the fields of its kind. */
export function readCommand(text: string, limits: CommandLimits): ReadCommand {
  try {
    return { ok: true, command: commandOf(parsed(text), limits) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, text: error.message };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused("the command is not JSON");
  }
}

function commandOf(value: unknown, limits: CommandLimits): Command {
  const kind = typeof value === "object" && value !== null && Object.hasOwn(value, "do") ? (value as { do: unknown }).do : undefined;
  switch (kind) {
    case "stop":
      fieldsOf("the command", value, ["do"]);
      return { do: "stop" };
    case "start":
      return { do: "start", choice: choiceOf(fieldsOf("the command", value, ["do", "choice"])["choice"], limits) };
    default:
      fieldsOf("the command", value, ["do"]);
      throw new Refused(`do: ${quoted(kind)} is not one of start, stop`);
  }
}

function choiceOf(value: unknown, { designs, worlds, mostThreads }: CommandLimits): Choice {
  const fields = fieldsOf("choice", value, ["program", "design", "world", "threads", "carts"]);
  const program = oneOf("program", fields["program"], WATCHED) as Watched;
  const design = oneOf("design", fields["design"], designs.map(({ id }) => id));
  const world = oneOf("world", fields["world"], worlds);
  const threads = integer("threads", fields["threads"], mostThreads);
  const { takesCarts, mostCarts } = designs.find(({ id }) => id === design) as CommandLimits["designs"][number];
  if (fields["carts"] === null) return { program, design, world, threads, carts: null };
  if (!takesCarts) throw new Refused(`carts: ${design} has no number of carts to choose`);
  return { program, design, world, threads, carts: integer("carts", fields["carts"], mostCarts) };
}

/** The fields of an object that has exactly these. */
function fieldsOf(what: string, value: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refused(`${what}: ${quoted(value)} is not an object`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Refused(`${what}: ${quoted(unknown)} is not one of its fields, which are ${names.join(", ")}`);
  const missing = names.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw new Refused(`${what}: the field ${missing} is missing`);
  return value as Readonly<Record<string, unknown>>;
}

function oneOf(field: string, value: unknown, allowed: readonly string[]): string {
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw new Refused(`${field}: ${quoted(value)} is not one of ${allowed.join(", ")}`);
  return found;
}

function integer(field: string, value: unknown, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Refused(`${field}: ${quoted(value)} is not an integer from 1 to ${most}`);
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
}
