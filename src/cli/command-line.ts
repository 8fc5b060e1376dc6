/**
 * The command line: commands, options, help, and how errors are printed. Returns
 * the exit code; nothing in this file ends the process.
 */
import { Command, CommanderError } from "commander";
import { WarrenError } from "../errors.ts";
import { BlockProcessError } from "../lab/trial/process/parent.ts";
import { dumpOnSignal } from "./terminal/signals.ts";
import { readable } from "./terminal/characters.ts";
import { EXIT, note, print, tolerateClosedStreams, writing } from "./terminal/streams.ts";
import { declareExperiment, experiment, EXPERIMENT_EXAMPLES } from "./commands/experiment.ts";
import { env, list, INVENTORY_FORMATS } from "./commands/inventory.ts";
import { completions, SHELLS } from "./commands/completions.ts";
import { bench, BENCH_FORMATS } from "./commands/bench.ts";
import { dot, gophers, headline } from "./commands/measure.ts";
import { HEADLINE, NORMAL, withFormat, withPresentation, withProtocol, type RawOptions } from "./options/measuring.ts";
import { examples, EXIT_CODES, hideOptions, withHelp, type Examples } from "./help.ts";
import { ownSource, PROGRAMS, SAWZALL } from "./programs/catalogue.ts";
import { declareProgram, runProgram } from "./programs/command.ts";
import { declareNet } from "./net/declare.ts";
import { asksForNodes, inOptions, withNodes } from "./net/servers.ts";
import { addReport } from "./commands/report.ts";
import { addCompare } from "./commands/results.ts";
import { declareTrace, TRACE_EXAMPLES } from "./commands/trace.ts";
import { declareWhatIf, WHATIF_EXAMPLES } from "./commands/whatif.ts";
import { declareWatch, WATCH_EXAMPLES } from "./watch/declare.ts";
import { FileError, FOLDER, suggestion, UsageError } from "./options/values.ts";
import { VERSION } from "./terminal/version.ts";

/** Runs the command line of this process; the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  tolerateClosedStreams();
  dumpOnSignal();
  return runCommandLine(args);
}

/** Runs one command line; the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let code: number = EXIT.fine;
  let help = "";
  const program = buildCommands(args, (result) => (code = result), (text) => (help += text));
  try {
    await program.parseAsync(args, { from: "user" }).catch(allowHelp);
    if (help !== "") await writing(null, "standard output", () => print(readable(help)));
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** What the help of `warren` itself shows of the options that it shares with `warren gophers`. */
const SHOWN = new Set(["--format", "--output", "--quick", "--quiet", "--verbose", "--version"]);

/** Commands report their exit code through `done`, and what help and version print through `say`. */
function buildCommands(args: readonly string[], done: (code: number) => void, say: (text: string) => void): Command {
  const program = withProtocol(withPresentation(base(new Command("warren").configureOutput({ writeOut: say }))), HEADLINE)
    .usage("[command] [options]")
    .version(VERSION, "-V, --version", "print the version")
    .description("Measure how much of a speed-up comes from structure (concurrency) and how much from threads (parallelism).")
    .addHelpText("before", examples([
      ["warren", "a first result in 45 seconds"],
      ["warren gophers --designs all --quick", "all eleven designs of the talk"],
      ["warren gophers --threads 1..4 --world wait", "one to four threads"],
      ["warren gophers --pile src --manifest m.txt", "burn real files"],
      ["warren dot --size L2,LLC,DRAM", "vectors larger than the caches"],
      ["warren balance", "a program of the talk, checked"],
      ["warren trace gophers -o trace.json", "what ran when, on which thread"],
      ["warren watch", "the gophers at work, in a browser"],
      ["warren list", "what can be measured"],
    ]))
    .addHelpText("after", "\nMore options (--blocks, --publish, --save, --baseline, …): warren gophers --help")
    .addHelpText("after", EXIT_CODES)
    .enablePositionalOptions()
    .argument("[command]")
    .allowExcessArguments(true)
    .action(async (command: string | undefined, options: object, self: Command) => {
      if (command !== undefined) throw unknownCommand(command, self);
      done(await headline(options, args));
    });
  hideOptions(program, SHOWN).helpCommand(false);
  const addTo = (parent: Command, name: string, lines: Examples): Command => base(parent.command(name)).allowExcessArguments(false).addHelpText("before", examples(lines));
  const add = (name: string, lines: Examples): Command => addTo(program, name, lines);

  program.commandsGroup("Measure:");
  const gophersCommand = add("gophers", [
    ["warren gophers --quick", "four designs, three worlds"],
    ["warren gophers --designs G6 --carts 1", "one cart: no gain"],
    ["warren gophers --designs G4,G7 --lanes 8", "eight lanes"],
    ["warren gophers --pile ~/photos --manifest m.txt", "real files"],
    ["warren gophers --pile ~/photos --nodes 3", "the same on 3 processes"],
    ["warren gophers --cpus 0 --quick", "threads on one core: no gain"],
    ["warren gophers --publish -o run.json", "a file for warren report"],
  ])
    .summary("the gopher designs of the talk: they burn a pile of books")
    .description("Measure the gopher designs of the talk: they burn a pile of books.")
    .option("--designs <names>", "designs to measure: G1 … G11, or all (default: G1,G4,G6,G7)")
    .option("--threads <counts>", "numbers of threads: 1,2,4 or 1..8; auto = 1, 2, 4, … up to all cores (default: auto)")
    .option("--world <names>", "cpu, wait, mixed, or all (default: all)")
    .option("--pile <directory>", "burn the files of a directory instead of synthetic books")
    .option("--manifest <file>", "with --pile: write what was burnt, in the format of sha256sum")
    .option("--books <n>", "books per run (default: as many as the fastest design burns in --min-time)")
    .option("--lanes <n>", "number of parallel lanes, in designs that have two by default: G4 G7 G9 G11 (default: 2)")
    .option("--carts <n>", "carts per team, in designs that pass carts between gophers: G5 G6 G7 G10 G11 (default: 3 or 4)")
    .option("--unit <time>", "length of a step (default: 1ms in the cpu world, else 5ms)");
  withNodes(withProtocol(withPresentation(gophersCommand), NORMAL)).action(async (options: object) => {
    const raw = withRoot(options, program);
    done(await (asksForNodes(raw) ? (await import("./net/many-nodes.ts")).gophersOnNodes(raw, args) : gophers(raw, args)));
  });

  const dotCommand = add("dot", [
    ["warren dot --quick", "both kernels in the last-level cache"],
    ["warren dot --size LLC,DRAM --kernel simd", "vectors larger than the caches"],
    ["warren dot --size 1000000 --threads 1,2", "any vector length"],
  ])
    .summary("the dot product of two vectors: parallel, not concurrent")
    .description("Measure the dot product of two vectors: parallel, not concurrent.")
    .option("--size <lengths>", "numbers of elements, or L2, LLC, DRAM: vectors that fill that memory (default: LLC)")
    .option("--kernel <names>", "js, simd, or all (default: all)")
    .option("--threads <counts>", "numbers of threads: 1,2,4 or 1..8 or auto (default: auto)");
  withProtocol(withPresentation(dotCommand), NORMAL).action(async (options: object) => done(await dot(withRoot(options, program), args)));

  program.commandsGroup("Programs of the talk, with checks:");
  for (const known of PROGRAMS) {
    const command = declareProgram(known, add(known.name, known.examples));
    if (known === SAWZALL) withNodes(command);
    command.action(async () => {
      const raw = { ...withRoot(command.opts(), program), operands: command.args };
      done(await (known === SAWZALL && asksForNodes(raw) ? (await import("./net/many-nodes.ts")).sawzallOnNodes(raw, args, ownSource()) : runProgram(known, raw, args)));
    });
  }
  declareExperiment(add("experiment", EXPERIMENT_EXAMPLES)).action(async (_name: string | undefined, options: object, self: Command) => done(await experiment({ ...withRoot(options, program), operands: self.args }, args)));

  program.commandsGroup("Look at runs and results:");
  declareTrace(add("trace", TRACE_EXAMPLES), { args, whole: (options) => withRoot(options, program), done });
  declareWhatIf(add("whatif", WHATIF_EXAMPLES), { args, whole: (options) => withRoot(options, program), done });
  declareWatch(add("watch", WATCH_EXAMPLES), { whole: (options) => withRoot(options, program), done });
  addCompare(add("compare", [["warren compare old.json new.json", "what has changed"], ["warren compare main new.json --max-regression 5%", "exit code 1 if slower"]]), done);
  addReport(add("report", [
    ["warren report run.json -o report.html", "the pictures of a result"],
    ["warren report run.json -o slide.svg", "the answer in one picture"],
    ["warren report run.json -v", "everything, as text"],
    ["warren report report.html -o run.csv", "the figures of a report, for a spreadsheet"],
  ]).summary("a stored result again, in any format"), { whole: (options) => withRoot(options, program), done });

  program.commandsGroup("Several machines:");
  declareNet(program, { whole: (options) => withRoot(options, program), done, add: addTo });

  program.commandsGroup("Machine and tool:");
  withFormat(add("bench", [["warren bench", "everything in under 4 minutes"], ["warren bench --quick", "the main ones in under a minute, less exact"], ["warren bench --filter select", "benchmarks with select in the name"], ["warren bench --save before", "and later: warren bench --baseline before"], ["warren bench programs --quick", "real programs, next to plain Node and Go"]]), BENCH_FORMATS)
    .summary("what channel, select and task operations cost, next to Go")
    .description("Measure what channel, select and task operations cost, and compare with Go. Or measure real programs, and compare with plain Node, piscina, bare Workers and Go.")
    .argument("[what]", "operations, programs, or net: several machines", "operations")
    .option("--filter <text>", "only benchmarks whose name contains the text")
    .option("--quick", "3 rounds instead of 5, shorter, and without some forms and rivals")
    .option("--save <name>", `save the result as ${FOLDER}/<name>.json in this directory, or in a file such as before.json`)
    .option("--baseline <name>", "compare with a saved result (a name or a file)")
    .option("--node <path>", "measure warren also with this program of Node, version 24 or later")
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no progress")
    .action(async (what: string, options: object) => done(await bench(what, withRoot(options, program))));

  withFormat(add("env", [["warren env", "as text"], ["warren env --strict", "exit with code 3 if anything is unreliable"]]), INVENTORY_FORMATS)
    .summary("this machine, and what makes measurements unreliable")
    .description("Show this machine, its limits and anything that makes measurements unreliable.")
    .option("--strict", "exit with code 3 if this machine cannot give reliable results now")
    .action(async (options: object) => done(await env({ ...program.opts(), ...options })));

  withFormat(add("list", [["warren list", "as text"], ["warren list --format json", "for a program"]]), INVENTORY_FORMATS)
    .summary("what can be measured")
    .description("List the programs, designs and worlds that can be measured.")
    .action(async (options: object) => done(await list({ ...program.opts(), ...options })));

  base(program.command("completions"))
    .allowExcessArguments(false)
    .summary("completion of this command line for a shell")
    .description(`Print a script that completes this command line: ${SHELLS.join(", ")}.`)
    .addHelpText("before", examples([["source <(warren completions bash)", "bash, in ~/.bashrc"], ["source <(warren completions zsh)", "zsh, in ~/.zshrc after compinit"], ["warren completions fish | source", "fish, in config.fish"]]))
    .argument("<shell>")
    .action(async (shell: string) => say(await completions(shell, program)));
  base(program.command("version"))
    .allowExcessArguments(false)
    .summary("the version")
    .description("Print the version.")
    .action(() => say(`${VERSION}\n`));
  base(program.command("help"))
    .summary("the help of a command, such as: warren help trace gophers")
    .description("Print the help of a command.")
    .argument("[command...]")
    .action((names: readonly string[]) => {
      let command = program;
      for (const name of names) {
        const next = command.commands.find((known) => known.name() === name);
        if (next === undefined) throw command.commands.length === 0 ? new UsageError(`there are no commands below ${pathOf(command)}: see ${pathOf(command)} --help`) : unknownCommand(name, command);
        command = next;
      }
      command.outputHelp();
    });
  for (const command of allBelow(program)) {
    if (command !== program) command.addHelpText("after", "\nExit codes: warren --help");
    command.exitOverride((error) => {
      throw Object.assign(error, { help: `${pathOf(command)} --help` });
    });
  }
  return program;
}

function allBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allBelow)];
}

/** "warren trace gophers" */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Options can also precede the command: `warren --quick gophers`. */
function withRoot(options: RawOptions, program: Command): RawOptions {
  const root = program.opts<RawOptions>();
  return { ...root, ...options, color: root.color !== false && options.color !== false };
}

/** What all commands share: errors are thrown, not printed. */
function base(command: Command): Command {
  return withHelp(command.exitOverride().configureOutput({ outputError: () => undefined }));
}

function unknownCommand(word: string, program: Command): UsageError {
  const names = program.commands.map((command) => command.name());
  return new UsageError(`unknown command ${JSON.stringify(word)}${suggestion(word, names)} (commands: ${names.join(", ")})`);
}

/** Help and version end a command line as errors do. */
function allowHelp(error: unknown): void {
  if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
}

/** An error of the file system that no option check has foreseen, such as a file that is no longer there. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof Error && typeof code === "string" && error.message.startsWith(`${code}: `);
}

/** Prints an error in one line and gives the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    const said = error.message.replace(/^error: /, "");
    const text = said.startsWith("unknown option '--json'") ? `unknown option '--json' — use --format json` : said.replace(/\s*\(Did you mean (?:one of )?(.*)\?\)$/, " — did you mean $1?");
    const { help = "warren --help" } = error as CommanderError & { readonly help?: string };
    note(`warren: ${text} (see ${help})`);
    return EXIT.usage;
  }
  if (error instanceof UsageError) {
    note(`warren: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof WarrenError && error.code.split("_")[1] === "NET") note(`warren: ${inOptions(error.message)}`);
  else if (error instanceof FileError || error instanceof BlockProcessError || isOfSystem(error)) note(`warren: ${error.message}`);
  else note(`warren: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.wrong;
}
