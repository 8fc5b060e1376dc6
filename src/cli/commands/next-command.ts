/** The command worth trying after a result: what it leaves open, first of all what is missing in it. */
import { extname, relative } from "node:path";
import type { CellResult, Result } from "../../lab/result.ts";
import type { Next } from "../print/screen.ts";
import { isSliced } from "../../lab/figures/strength.ts";

/** How the user started this program, to be put before a command. */
export function programName(script: string | undefined, environment: NodeJS.ProcessEnv): string {
  if (environment["npm_lifecycle_event"] !== undefined) return "npm run warren --";
  return script?.endsWith(".ts") === true ? `node ${relative(process.cwd(), script)}` : "warren";
}

/** Where the words of the screen are explained. */
const WORDS = ["What the words mean", "docs/measuring.md"] as const;

/** The same with all tables, unless they have been printed. */
function everything(name: string, command: readonly string[]): Next {
  return command.some((word) => word === "-v" || word === "--verbose") ? [] : [["Everything measured", [name, ...command.map(quoted), "-v"].join(" ")]];
}

/** What to do after the headline. */
export function nextOfHeadline(command: readonly string[]): Next {
  const name = programName(process.argv[1], process.env);
  const again = process.env["npm_lifecycle_event"] === "start" ? "npm start --" : name;
  return [["See it run", `${name} trace gophers`], ["Pictures", `${again} -o talk.html`], ...everything(again, command), WORDS];
}

/** What to do after another measurement. */
export function nextOf(result: Result, manifest: string | null): Next {
  const name = programName(process.argv[1], process.env);
  return [["Next", `${name} ${nextCommand(result, manifest)}`.trimEnd()], ...everything(name, result.config.command), WORDS];
}

/** What to do with a stored result that has been shown. */
export function nextOfStored(path: string): Next {
  const again = `${programName(process.argv[1], process.env)} report ${quoted(path)}`;
  return [["Pictures", `${again} -o report.html`], ["Everything measured", `${again} -v`], WORDS];
}

/** Arguments of the command to try next, as a shell takes them. */
export function nextCommand(result: Result, manifest: string | null): string {
  return nextWords(result, manifest).map(quoted).join(" ");
}

function nextWords({ cells, config }: Result, manifest: string | null): readonly string[] {
  const { command } = config;
  const all = (test: (cell: CellResult) => boolean): boolean => cells.every(test);
  const some = (test: (cell: CellResult) => boolean): boolean => cells.some(test);
  if (config.interrupted) return [...without(command, "--quick"), "--quick"];
  if (some(({ world }) => world === "pile")) return manifest === null ? [...command, "--manifest", "pile.txt"] : ["gophers", "--designs", "all", "--world", "wait", "--quick"];
  if (all(({ threads }) => threads === 1)) return [...without(command, "--threads"), "--threads", "1,2"];
  if (some(({ summary }) => summary.ci === null)) return [...without(without(command, "--blocks"), "--quick"), "--quick"];
  // threads that took turns: on purpose, or because of something that `warren env` may show
  if (some(isSliced)) return config.cpus === undefined ? ["env"] : without(command, "--cpus");
  if (some(({ summary }) => summary.grade === "D") && !command.includes("--publish")) return [...without(command, "--quick"), "--publish"];
  const saved = command[command.indexOf("--save") + 1];
  if (command.includes("--save") && saved !== undefined) return [...without(command, "--save"), "--baseline", saved];
  if (all(({ program }) => program === "dot")) return ["gophers", "--world", "wait,cpu", "--quick"];
  if (command.includes("--publish") && !command.includes("-o")) return [...command, "-o", "run.json"];
  if (some(({ design }) => design === "G11")) return ["experiment", "carts"];
  return command.includes("--designs") ? traceOf(cells) : ["gophers", "--designs", "all", "--quick"];
}

/** What to do with the file that a result was written to; `null`: nothing. */
export function nextWithFile(path: string): string | null {
  return extname(path) === ".json" ? `report ${quoted(path)} -o ${quoted(`${path.slice(0, -".json".length)}.html`)}` : null;
}

/** A picture of the run in which threads had most to do with each other. */
function traceOf(cells: readonly CellResult[]): readonly string[] {
  const { design, world, threads } = cells.reduce((most, cell) => (cell.gophers * cell.threads > most.gophers * most.threads ? cell : most));
  return ["trace", "gophers", "--designs", design, "--world", world, "--threads", String(threads)];
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line without one of its options and the option's value. */
function without(command: readonly string[], option: string): readonly string[] {
  const at = command.indexOf(option);
  if (at < 0) return command;
  const takesValue = command[at + 1] !== undefined && !(command[at + 1] as string).startsWith("-");
  return command.toSpliced(at, takesValue ? 2 : 1);
}
