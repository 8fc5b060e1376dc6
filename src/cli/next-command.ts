/** The command worth trying after a result. */
import { relative } from "node:path";
import type { Result } from "../lab/result.ts";

/** How the user started this program, to be put before a command. */
export function programName(script: string | undefined, environment: NodeJS.ProcessEnv): string {
  if (environment["npm_lifecycle_event"] !== undefined) return "npm run warren --";
  return script?.endsWith(".ts") === true ? `node ${relative(process.cwd(), script)}` : "warren";
}

/** Arguments of the command to try next: what the result leaves open. */
export function nextCommand(result: Result, manifest: string | null): string {
  const { cells, config } = result;
  const has = (test: (cell: Result["cells"][number]) => boolean): boolean => cells.some(test);
  if (config.interrupted) return `${config.command.join(" ")} --quick`.trim();
  if (has(({ world }) => world === "pile")) return manifest === null ? `${config.command.join(" ")} --manifest pile.txt` : "gophers --designs all --world wait --quick";
  if (cells.every(({ threads }) => threads === 1)) return [...withoutOption(config.command, "--threads"), "--threads", "1,2"].join(" ");
  if (cells.some(({ summary }) => summary.ci === null)) return [...withoutOption(withoutOption(config.command, "--blocks"), "--quick"), "--quick"].join(" ");
  if (has(({ summary }) => summary.grade === "D") && !config.command.includes("--publish")) return [...withoutOption(config.command, "--quick"), "--publish"].join(" ");
  if (cells.every(({ program }) => program === "dot")) return "gophers --world wait,cpu --quick";
  return has(({ design }) => design === "G11") ? "gophers --pile DIR --manifest pile.txt" : "gophers --designs all --quick";
}

/** A command line without one of its options and the option's value. */
function withoutOption(command: readonly string[], option: string): readonly string[] {
  const at = command.indexOf(option);
  if (at < 0) return command;
  const takesValue = command[at + 1] !== undefined && !(command[at + 1] as string).startsWith("-");
  return command.toSpliced(at, takesValue ? 2 : 1);
}
