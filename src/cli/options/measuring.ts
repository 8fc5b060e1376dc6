/**
 * The options that all measurements share: declared once, resolved and checked
 * once. The rest of the command line never sees a missing value.
 */
import { extname } from "node:path";
import { Option, type Command } from "commander";
import type { Gate } from "../../lab/comparison.ts";
import { FOLDER, milliseconds, oneOf, regressionLimit, resultName, UsageError, wholeNumber, type Raw } from "./values.ts";

/** How much a measurement of cells measures. Every preset is here. */
export interface Effort {
  readonly blocks: number;
  readonly runs: number;
  readonly warmupMs: number;
  /** What all should take: fewer blocks and runs, if they do not fit. Absent: exactly so many. */
  readonly budgetMs?: number;
}

/** The usual blocks and runs, at most (docs/method.md, "Protocol"): as many as fit into about a minute. */
export const NORMAL: Effort = { blocks: 10, runs: 5, warmupMs: 100, budgetMs: 55_000 };
/** Six blocks are the minimum for an interval; one run in each. Warm threads have made hundreds of kernel calls in 100 ms. */
export const QUICK: Effort = { blocks: 6, runs: 1, warmupMs: 100 };
/** The first result must be ready in 45 seconds. */
export const HEADLINE: Effort = { blocks: 6, runs: 1, warmupMs: 40 };
const PUBLISH: Effort = { blocks: 20, runs: 5, warmupMs: 250 };

/** Repetitions of an experiment's points; from six on there are intervals. */
export const REPETITIONS = { quick: 3, usual: 6, full: 20 } as const;
/** `experiment --full` has this many times the loads. */
export const FULL_LOADS = 2;

/** How a result is written. */
export const FORMATS = ["table", "json", "csv", "markdown", "benchfmt", "html", "svg"] as const;
export type Format = (typeof FORMATS)[number];

/** For what pages a picture is made; auto: the reader's system chooses. */
const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

/** The options as commander gives them. */
export type RawOptions = Raw<
  "blocks" | "runs" | "seed" | "warmup" | "minTime" | "cpus" | "save" | "baseline" | "maxRegression" | "format" | "output" | "theme",
  "quick" | "publish" | "strict" | "allowMissing" | "plain" | "color" | "quiet" | "verbose"
>;

/** The options, checked. */
export interface MeasureOptions extends Omit<Effort, "budgetMs">, Readonly<Record<"strict" | "plain" | "color" | "quiet" | "verbose", boolean>> {
  /** The time that all should take: blocks and runs are maxima, and those given by the user minima too. `undefined`: exactly so many. */
  readonly budget: { readonly ms: number; readonly leastBlocks: number; readonly leastRuns: number } | undefined;
  readonly seed: number;
  readonly minTimeMs: number;
  /** Processors to confine the blocks to, as given; `null`: all that this process may use. */
  readonly cpus: string | null;
  /** Name to keep the result under. */
  readonly save: string | null;
  /** File or name of the result to compare with. */
  readonly baseline: string | null;
  /** What of a comparison with the baseline passes; `null`: everything. */
  readonly gate: Gate | null;
  readonly format: Format;
  /** Of a picture. */
  readonly theme: Theme;
  /** File to write to; `null`: standard output. */
  readonly output: string | null;
}

const MOST_BLOCKS = 1000;
const MOST_RUNS = 1000;

/** The option `--format`; its values are checked by `formatOf` or `oneOf`, and known to the completion. */
export function formatOption(formats: readonly string[], usual: string): Option {
  return wordOption("--format <format>", formats, `${formats.slice(0, -1).join(", ")} or ${formats.at(-1)} (${usual})`);
}

/** An option that takes one of some words, which the completion knows; its value is checked where it is resolved. */
function wordOption(flags: string, words: readonly string[], what: string): Option {
  return Object.assign(new Option(flags, what), { argChoices: [...words] });
}

/** Adds the format and the file of a result. */
export function withFormat(command: Command, formats: readonly Format[]): Command {
  return command
    .addOption(formatOption(formats, `default: from the extension of --output, else ${formats[0]}`))
    .option("-o, --output <file>", "write the result to a file instead of standard output; x.json is written as json");
}

/** Adds how a result is presented. */
export function withPresentation(command: Command, formats: readonly Format[] = FORMATS): Command {
  return withFormat(command, formats)
    .addOption(wordOption("--theme <name>", THEMES, `with --format svg: for ${THEMES.slice(1).join(" or ")} pages, or auto: the reader's system chooses (default: auto)`))
    .option("--plain", "the screen in words, in ASCII: for screen readers; with -v one line per row, no spaces in values: for grep and awk")
    .option("--no-color", "no colours (also with NO_COLOR set)")
    .option("-q, --quiet", "no progress and no hints; warnings about the machine are part of the result")
    .option("-v, --verbose", "also the tables: intervals of the gains, figures from the trace, verdicts and their reasons");
}

function usual(most: number, { budgetMs }: Effort): string {
  return budgetMs === undefined ? String(most) : `as many as fit into a minute, at most ${most}`;
}

/** Adds the options of the protocol; `effort` is the default. */
export function withProtocol(command: Command, effort: Effort): Command {
  return command
    .option("--blocks <n>", `how often each cell is measured, each time in a fresh process and a new random order (default: ${usual(effort.blocks, effort)})`)
    .option("--runs <n>", `timed runs per cell and block (default: ${usual(effort.runs, effort)})`)
    .option("--quick", `${QUICK.blocks} blocks of ${QUICK.runs} run: the minimum for a 95 % interval`)
    .option("--publish", `${PUBLISH.blocks} blocks of ${PUBLISH.runs} runs`)
    .option("--seed <n>", "seed for the measuring order and the bootstrap intervals (default: 1)")
    .option("--warmup <time>", `how long each thread warms up before timing starts (default: ${effort.warmupMs}ms)`)
    .option("--min-time <time>", "minimum length of a run; below 100ms there is no verdict (default: 100ms)")
    .option("--cpus <list>", "pin to these cores, such as 0 or 0,1 or 0-3 (Linux)")
    .option("--strict", "exit with code 3 if this machine cannot give reliable results now")
    .option("--save <name>", `save the result as ${FOLDER}/<name>.json in this directory`)
    .option("--baseline <name>", "compare with a saved result (a name or a file) and do the same work")
    .option("--max-regression <percent>", "with --baseline: exit with code 1 if a cell is slower by more than this, such as 5%, or missing")
    .option("--allow-missing", "with --max-regression: cells of the baseline can be missing");
}

/** Checks the options. `tty`: whether standard output is a terminal. */
export function resolveOptions(raw: RawOptions, effort: Effort, tty: boolean, environment: NodeJS.ProcessEnv): MeasureOptions {
  if (raw.quick === true && raw.publish === true) throw new UsageError("use --quick or --publish, not both");
  if (raw.quiet === true && raw.verbose === true) throw new UsageError("use --quiet or --verbose, not both");
  if (raw.maxRegression !== undefined && raw.baseline === undefined) throw new UsageError("--max-regression needs --baseline: slower than what?");
  const format = formatOf(raw, FORMATS);
  const chosen = raw.quick === true ? QUICK : raw.publish === true ? PUBLISH : effort;
  const blocks = raw.blocks === undefined ? chosen.blocks : wholeNumber("--blocks", raw.blocks, 1, MOST_BLOCKS);
  const runs = raw.runs === undefined ? chosen.runs : wholeNumber("--runs", raw.runs, 1, MOST_RUNS);
  return {
    blocks,
    runs,
    budget: chosen.budgetMs === undefined ? undefined : { ms: chosen.budgetMs, leastBlocks: raw.blocks === undefined ? 1 : blocks, leastRuns: raw.runs === undefined ? 1 : runs },
    seed: raw.seed === undefined ? 1 : wholeNumber("--seed", raw.seed, 0, 0xffff_ffff),
    warmupMs: raw.warmup === undefined ? chosen.warmupMs : milliseconds("--warmup", raw.warmup),
    minTimeMs: raw.minTime === undefined ? 100 : milliseconds("--min-time", raw.minTime, 1),
    strict: raw.strict === true,
    cpus: raw.cpus ?? null,
    save: raw.save === undefined ? null : resultName("--save", raw.save),
    baseline: raw.baseline ?? null,
    gate: gateOf(raw),
    format,
    theme: themeOf(raw, format),
    output: raw.output ?? null,
    plain: raw.plain === true,
    color: colored(raw, tty, environment),
    quiet: raw.quiet === true,
    verbose: raw.verbose === true,
  };
}

/** What --max-regression and --allow-missing say; `null`: nothing. @throws UsageError */
export function gateOf({ maxRegression, allowMissing = false }: Raw<"maxRegression", "allowMissing">): Gate | null {
  if (maxRegression !== undefined) return { most: regressionLimit("--max-regression", maxRegression), allowMissing };
  if (allowMissing) throw new UsageError("--allow-missing needs --max-regression: without it, no missing cell changes the exit code");
  return null;
}

/** The theme of a picture, from --theme. */
export function themeOf({ theme }: Raw<"theme">, format: Format): Theme {
  if (theme === undefined) return "auto";
  if (format !== "svg") throw new UsageError(`--theme cannot be used with the format ${format}: only a picture has one (--format svg)`);
  return oneOf("--theme", theme, THEMES);
}

/** How a text for people is drawn on standard output: colours, if it is a terminal and nothing speaks against them. */
export function colored({ color, plain, output }: Raw<"output", "color" | "plain">, tty = process.stdout.isTTY, environment = process.env): boolean {
  return color !== false && plain !== true && output === undefined && wantsColor(tty, environment);
}

/** https://no-color.org: any value but the empty one turns colours off. A dumb terminal has none. */
export function wantsColor(tty: boolean, environment: NodeJS.ProcessEnv): boolean {
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  if ((environment["FORCE_COLOR"] ?? "") !== "" && environment["FORCE_COLOR"] !== "0") return true;
  return tty && environment["TERM"] !== "dumb";
}

/** The format that each extension selects. */
const BY_EXTENSION: Readonly<Record<string, Format>> = { ".txt": "table", ".json": "json", ".csv": "csv", ".md": "markdown", ".bench": "benchfmt", ".html": "html", ".svg": "svg" };

/** The format among those a command has: from --format, or else from the extension of the file; where there is neither, the first. */
export function formatOf<Known extends Format>({ format, output, plain }: Raw<"format" | "output", "plain">, formats: readonly [Known, ...Known[]]): Known {
  if (format !== undefined) {
    const chosen = oneOf("--format", format, formats);
    if (plain === true && chosen !== "table") throw new UsageError(`--plain cannot be used with --format ${chosen}`);
    return chosen;
  }
  const extension = output === undefined ? "" : extname(output).toLowerCase();
  if (extension === "") return formats[0];
  const isKnown = (named: Format | undefined): named is Known => formats.some((known) => known === named);
  const named = BY_EXTENSION[extension];
  if (named === undefined) {
    const known = Object.keys(BY_EXTENSION).filter((ending) => isKnown(BY_EXTENSION[ending]));
    throw new UsageError(`--output: ${JSON.stringify(output)} selects no format: its extension ${JSON.stringify(extension)} is not one of ${known.join(", ")}. Use --format to choose one`);
  }
  if (plain === true && named !== "table") throw new UsageError(`--plain cannot be used with --output ${JSON.stringify(output)}, because its extension selects ${named}`);
  if (!isKnown(named)) throw new UsageError(`--output: ${JSON.stringify(output)} selects the format ${named} by its extension, which is not one of ${formats.join(", ")}. Use --format to choose one`);
  return named;
}
