/** `warren completions`: reads the declared commands and prints the script of a shell. */
import type { Argument, Command, Option } from "commander";
import { EXPERIMENTS } from "../../lab/talk/gophers/experiments/catalogue.ts";
import { DESIGN_IDS, WORLDS } from "../../lab/talk/gophers/grid.ts";
import { KERNELS } from "../../lab/talk/dot/grid.ts";
import { WATCHED } from "../../lab/watch/protocol.ts";
import { oneOf } from "../options/values.ts";
import { bashScript, fishScript, zshScript, type CompletedCommand, type CompletedOption, type Values } from "../print/completion-scripts.ts";
import { POLICIES } from "../programs/catalogue.ts";

/** The shells. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Values of options that are lists, by the option; `--format` declares its own (`withFormat`). */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  "--designs": [...DESIGN_IDS, "all"],
  "--world": [...WORLDS, "all"],
  "--kernel": [...KERNELS, "all"],
  "--size": ["L2", "LLC", "DRAM"],
  "--policy": [...POLICIES, "all"],
};

/** What an option takes, as its help calls it: "-o, --output <file>". */
const KINDS: Readonly<Record<string, "files" | "directories">> = { "<file>": "files", "<path>": "files", "<directory>": "directories" };
/** It takes a name, or a file. */
const NAME_OR_FILE = "--baseline";

/** The script for a shell, with a line end. @throws UsageError */
export async function completions(shell: string, program: Command): Promise<string> {
  const script = SCRIPTS[oneOf("completions", shell, SHELLS)];
  const { listPatterns } = await import("../../lab/talk/patterns.ts");
  const operands: Readonly<Record<string, readonly string[]>> = {
    experiment: [...EXPERIMENTS.map(({ name }) => name), "all"],
    bench: ["operations", "programs"],
    patterns: listPatterns().map(({ name }) => name),
    "trace patterns": listPatterns().map(({ name }) => name),
    completions: SHELLS,
    watch: WATCHED,
    help: program.commands.map((command) => command.name()),
  };
  return `${script(program.name(), below(program, "", operands))}\n`;
}

function below(command: Command, path: string, operands: Readonly<Record<string, readonly string[]>>): CompletedCommand[] {
  const words = operands[path];
  const own: CompletedCommand = {
    path,
    commands: command.commands.map((sub) => ({ name: sub.name(), what: inShort(sub.summary() || sub.description()) })),
    options: [...command.options.map(completed), { names: ["--help", "-h"], what: "print the help", values: null }],
    operands: words === undefined ? operandsOf(command.registeredArguments) : { kind: "words", words },
  };
  return [own, ...command.commands.flatMap((sub) => below(sub, `${path} ${sub.name()}`.trim(), operands))];
}

/** Arguments that are not words are files. */
function operandsOf(declared: readonly Argument[]): Values {
  return declared.some((argument) => !["command", "program"].includes(argument.name())) ? { kind: "files" } : { kind: "unknown" };
}

function completed({ long, short, flags, description, argChoices }: Option): CompletedOption {
  const names = [long, short].filter((name) => name !== undefined);
  return { names, what: inShort(description), values: /[<[]/.test(flags) ? valuesOf(long ?? "", flags, argChoices) : null };
}

function valuesOf(long: string, flags: string, words: readonly string[] | undefined): Values {
  if (words !== undefined) return { kind: "words", words };
  const list = LISTS[long];
  if (list !== undefined) return { kind: "list", words: list };
  const [taken = ""] = /<.*>/.exec(flags) ?? [];
  return { kind: long === NAME_OR_FILE ? "files" : (KINDS[taken] ?? "unknown") };
}

/** Half a line: up to the first bracket, colon or full stop. */
function inShort(text: string): string {
  const [short = ""] = text.split(/\s*(?:[(:;]|\.(?:\s|$))/);
  return short.length > 60 ? `${short.slice(0, 59)}…` : short;
}
