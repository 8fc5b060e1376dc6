/**
 * Command lines that cannot be obeyed: each is refused with one line on standard
 * error and exit code 2, before anything is measured and without a file. They run in
 * this process, which has no terminal: `compare.test.ts` and others run some as a process.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { printJson } from "../../../src/cli/print/formats.ts";
import { fakeResult } from "../print/fake-result.ts";

const folder = mkdtempSync(join(tmpdir(), "warren-malformed-"));
const at = (name: string): string => join(folder, name);
const quoted = (name: string): string => JSON.stringify(at(name));
const isRoot = process.getuid?.() === 0;

beforeAll(async () => {
  const result = await fakeResult();
  const json = printJson(result);
  writeFileSync(at("run.json"), json);
  writeFileSync(at("truncated.json"), json.slice(0, 1000));
  writeFileSync(at("binary.json"), Uint8Array.of(0, 1, 2, 10, 255, 254));
  writeFileSync(at("empty.json"), "");
  writeFileSync(at("nothing.json"), JSON.stringify({ ...result, cells: [], gains: [] }));
  writeFileSync(at("edited.json"), JSON.stringify({ ...result, cells: "none" }));
  writeFileSync(at("future.json"), JSON.stringify({ ...result, schema: "warren/2" }));
  writeFileSync(at("other.json"), JSON.stringify({ name: "x" }));
  writeFileSync(at("doubled.json"), JSON.stringify({ ...result, cells: [...result.cells, result.cells[0]] }));
  writeFileSync(at("oldbench.json"), JSON.stringify({ schema: "warren-bench/1", rows: [] }));
  writeFileSync(at("old-node"), "#!/bin/sh\necho v22.12.0\n", { mode: 0o755 });
  writeFileSync(at("no-node"), "#!/bin/sh\necho hello\n", { mode: 0o755 });
  writeFileSync(at("run.csv"), "program,world\ngophers,cpu\n");
  mkdirSync(at("folder"));
  mkdirSync(at("nothing"));
  writeFileSync(join(at("folder"), "book"), "a book\n");
  mkdirSync(at("shut"), { mode: 0o500 });
});
afterAll(() => {
  chmodSync(at("shut"), 0o700);
  rmSync(folder, { recursive: true });
});

/** What a command line leaves. */
async function outcomeOf(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) => vi.spyOn(process[stream], "write").mockImplementation((text, ...rest) => {
    written[stream] += String(text);
    const done = rest.find((value) => typeof value === "function");
    done?.();
    return true;
  }));
  try {
    return { code: await runCommandLine(args), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const LINES: readonly (readonly [args: readonly string[], message: string | RegExp])[] = [
  [["gofers"], 'unknown command "gofers" — did you mean gophers?'],
  [["help", "gofers"], 'unknown command "gofers" — did you mean gophers?'],
  [["help", "trace", "gofers"], 'unknown command "gofers" — did you mean gophers?'],
  [["help", "gophers", "wait"], "there are no commands below warren gophers: see warren gophers --help"],
  [["gophers", "--desgins"], "unknown option '--desgins' — did you mean --designs? (see warren gophers --help)"],
  [["trace", "gophers", "--desgins", "G6"], "unknown option '--desgins' — did you mean --designs? (see warren trace gophers --help)"],
  [["--desgins"], "unknown option '--desgins' (see warren --help)"],
  [["--json"], "unknown option '--json' — use --format json (see warren --help)"],
  [["balance", "--json"], "unknown option '--json' — use --format json (see warren balance --help)"],
  [["completions", "tcsh"], 'completions: "tcsh" is not one of bash, zsh, fish'],
  [["completions"], "missing required argument 'shell' (see warren completions --help)"],
  [["version", "2"], "too many arguments for 'version'"],
  [["blance"], 'unknown command "blance" — did you mean balance?'],
  [["balance", "extra"], "too many arguments for 'balance'"],
  [["gophers", "extra"], "too many arguments for 'gophers'"],
  [["gophers", "--threads"], "option '--threads <counts>' argument missing"],
  [["balance", "--wrokers", "3"], "unknown option '--wrokers' — did you mean --workers?"],
  [["node"], "node needs a module that exports tasks, such as app.ts, or --talk"],
  [["node", "--talk", "app.ts"], "give a module or --talk, not both"],
  [["node", "--talk", "--serve", "count"], "--serve cannot be used with --talk, which serves the tasks of the talk"],
  [["node", "/no/app.ts"], 'module: "/no/app.ts" cannot be read: no such file or directory'],
  [["node", "package.json"], 'module: "package.json" is not a module: its name ends with none of .js, .mjs, .cjs, .ts, .mts, .cts'],
  [["node", "--talk", "--health", "70000"], '--health: "70000" is not an integer from 0 to 65535'],
  [["node", "--talk", "--name", "a.b"], "--name must consist of letters, digits, "],
  [["node", "--talk", "--servers", "10.0.0.1"], "the connection to 10.0.0.1:4222 would not be encrypted: use tls://10.0.0.1:4222, or allow it with --insecure"],
  [["net"], "net needs one of status, queues, dump"],
  [["net", "statsu"], 'there is no command "statsu" of net — did you mean status? (commands: status, queues, dump, bench)'],
  [["net", "status", "--format", "csv"], '--format: "csv" is not one of table, json'],
  [["gophers", "--nodes", "3"], "--servers and --nodes need --pile: synthetic books are in the memory of one process"],
  [["gophers", "--nodes", "3", "--pile", ".", "--designs", "G1"], "--designs cannot be used with --servers or --nodes"],
  [["gophers", "--nodes", "3", "--pile", ".", "--min-time", "1s"], "--min-time cannot be used with --servers or --nodes"],
  [["gophers", "--compare"], "--compare needs --servers or --nodes"],
  [["sawzall", "--tls-ca", "x"], "--tls-ca needs --servers or --nodes"],
  [["sawzall", "--nodes", "2", "--name", "x"], "--name cannot be used with --nodes, which starts nodes that only this command uses"],
  [["sawzall", "--nodes", "65"], '--nodes: "65" is not an integer from 1 to 64'],
  [["trace"], "trace needs a program: gophers, dot, balance"],
  [["trace", "gofers"], 'there is no program "gofers" to trace — did you mean gophers?'],
  [["trace", "gophers", "--manifest", "m.txt"], "unknown option '--manifest'"],

  ...["0", "-1", "1.5", "1000", "1..4..2", "1,", "１", "NaN", "1e1", "0x2", "Infinity", "12345678901234567890", "", "1,,2"].map((threads) => [["gophers", "--threads", threads], /^--threads: ".*" (?:is not a|has an empty entry)/u] as const),
  [["gophers", "--threads", "3..1"], '--threads: the range "3..1" runs backwards: write 1..3'],
  [["gophers", "--designs", "G12"], '--designs: "G12" is not one of G1, '],
  [["gophers", "--designs", "G1,"], '--designs: "G1," has an empty entry'],
  [["gophers", "--world", "wet"], '--world: "wet" is not one of cpu, wait, mixed'],
  [["gophers", "--unit", "0"], '--unit: "0" is not a time of at least 0.01 ms'],
  [["gophers", "--unit", "5 minutes"], '--unit: "5 minutes" is not a time'],
  [["gophers", "--warmup", "-1"], '--warmup: "-1" is not a time'],
  [["gophers", "--min-time", "0.5"], '--min-time: "0.5" is not a time of at least 1 ms'],
  [["gophers", "--blocks", "0"], '--blocks: "0" is not an integer from 1 to 1000'],
  [["gophers", "--blocks", "1001"], '--blocks: "1001" is not an integer from 1 to 1000'],
  [["gophers", "--runs", "many"], '--runs: "many" is not an integer from 1 to 1000'],
  [["gophers", "--seed", "-1"], '--seed: "-1" is not an integer from 0 to 4294967295'],
  [["gophers", "--seed", "4294967296"], '--seed: "4294967296" is not an integer from 0 to 4294967295'],
  [["gophers", "--books", "0"], '--books: "0" is not an integer from 1'],
  [["gophers", "--lanes", "0", "--designs", "G4"], '--lanes: "0" is not an integer from 1'],
  [["gophers", "--lanes", "2", "--designs", "G1"], "--lanes applies only to G4"],
  [["gophers", "--carts", "x"], '--carts: "x" is not an integer from 1'],
  ...["abc", "1-0", "-1", ""].map((list) => [["gophers", "--cpus", list], `--cpus: ${JSON.stringify(list)} is not a list of cores`] as const),
  [["gophers", "--cpus", "4095"], '--cpus: "4095": '],
  [["gophers", "--manifest", "m.txt"], "--manifest needs --pile"],
  [["sawzall", at("nothing")], `--input: there is no file in ${at("nothing")}`],
  [["gophers", "--pile", at("folder"), "--world", "cpu"], "--world cannot be used with --pile"],
  [["gophers", "--quick", "--publish"], "use --quick or --publish, not both"],
  [["gophers", "--quiet", "--verbose"], "use --quiet or --verbose, not both"],
  [["gophers", "--max-regression", "5%"], "--max-regression needs --baseline"],
  [["gophers", "--allow-missing"], "--allow-missing needs --max-regression"],
  [["gophers", "--save", "../x"], '--save: "../x" is not a name'],
  [["gophers", "--save", ""], '--save: "" is not a name'],
  [["gophers", "--save", "x.json"], '--save: "x.json" is not a name'],
  [["gophers", "--baseline", at("missing.json")], `--baseline: there is no file ${quoted("missing.json")}`],
  [["gophers", "--baseline", at("nothing.json")], `--baseline: ${quoted("nothing.json")} contains no measurements to compare with`],
  [["dot", "--size", "L9"], '--size: "L9" is neither a number of elements'],
  [["dot", "--size", "0"], '--size: "0" is not an integer from 1'],
  [["dot", "--kernel", "wasm"], '--kernel: "wasm" is not one of js, simd'],
  [["balance", "--threads", "1,2"], '--threads: "1,2" is not an integer from 1 to 126'],
  [["balance", "--unit", "0"], '--unit: "0" is not a time of at least 0.01 ms such as 250, 250ms or 0.5s'],
  [["balance", "--seed", "-1"], '--seed: "-1" is not an integer from 0 to 4294967295'],
  [["balance", "--format", "csv"], '--format: "csv" is not one of table, json'],
  [["sieve", "--primes", "0"], '--primes: "0" is not an integer from 1 to 20000'],
  [["balance", "--simple", "--policy", "heap"], "--policy cannot be used with --simple"],
  [["tasks", "--count", "many"], '--count: "many" is not an integer from 1'],
  [["sawzall", at("missing")], `--input: ${quoted("missing")} cannot be read: no such file or directory`],
  [["patterns", "rign"], 'patterns: "rign" is not one of '],
  [["experiment", "crats"], 'experiment: "crats" is not one of designs, carts'],
  [["experiment", "walk", "--quick", "--full"], "use --quick or --full, not both"],
  [["bench", "programms"], 'the benchmark: "programms" is not one of operations, programs'],
  [["bench", "--filter", "nosuchthing"], '--filter: no "scenario/form" contains "nosuchthing"'],
  [["bench", "--filter", "sieve", "--quick"], '--filter: no "scenario/form" contains "sieve" (--quick leaves some out)'],
  [["bench", "--baseline", at("missing.json")], `--baseline: there is no file ${quoted("missing.json")}`],
  [["bench", "--baseline", "nosuchname"], '--baseline: there is no result "nosuchname"'],
  [["bench", "--baseline", at("run.json")], `--baseline: ${quoted("run.json")} is not a result of this version of warren bench: its schema is "warren/1", not "warren-bench/2"`],
  [["bench", "--baseline", at("truncated.json")], `--baseline: ${quoted("truncated.json")} is not JSON`],
  [["bench", "--baseline", at("oldbench.json")], `--baseline: ${quoted("oldbench.json")} is not a result of this version of warren bench: its schema is "warren-bench/1", not "warren-bench/2"`],
  [["bench", "--baseline", at("folder")], `result: ${quoted("folder")} cannot be read: it is a directory`],
  [["bench", "--save", "a b"], '--save: "a b" is not a name'],
  [["bench", "--save", at("missing/x.json")], `--save: ${quoted("missing/x.json")} cannot be written: no such file or directory`],
  [["bench", "--node", at("missing")], `--node: ${quoted("missing")} cannot be run: no such file or directory`],
  [["bench", "--node", at("folder")], `--node: ${quoted("folder")} is not a file: name the program, such as /usr/bin/node`],
  [["bench", "--node", at("run.csv")], `--node: ${quoted("run.csv")} cannot be run: `],
  [["bench", "--node", at("old-node")], `--node: ${quoted("old-node")} is Node 22.12.0; it must be 24 or later`],
  [["bench", "--node", at("no-node")], `--node: ${quoted("no-node")} is not a Node: it does not print a version`],
  ...["save", "baseline", "node"].map((option) => [["bench", "programs", `--${option}`, "x"], `--${option} cannot be used with programs`] as const),

  [["--format", "jsn"], '--format: "jsn" is not one of table, json, csv'],
  [["--format", "jsn", "gophers"], '--format: "jsn" is not one of'],
  [["--quick", "--publish"], "use --quick or --publish, not both"],
  [["list", "-o", "list.csv"], '--output: "list.csv" selects the format csv by its extension, which is not one of table, json. Use --format to choose one'],
  [["bench", "programs", "--filter", "nosuchthing"], '--filter: no program\'s name contains "nosuchthing"'],
  [["list", "--format", "csv"], '--format: "csv" is not one of table, json'],
  [["compare", "a", "b", "-o", "x.csv"], '--output: "x.csv" selects the format csv'],
  [["gophers", "--plain", "--format", "json"], "--plain cannot be used with --format json"],

  ...[["gophers"], ["dot"], ["list"], ["env"], ["bench"], ["balance"], ["experiment", "carts"], ["trace", "gophers"], ["compare", at("run.json"), at("run.json")], ["report", at("run.json")], []].flatMap((command) => [
    [[...command, "-o", ""], '--output: "" cannot be written: the path is empty'] as const,
    [[...command, "-o", at("missing/x")], `--output: ${quoted("missing/x")} cannot be written: no such file or directory`] as const,
  ]),
  [["gophers", "-o", folder], `--output: ${JSON.stringify(folder)} cannot be written: it is a directory`],
  [["gophers", "-o", at("run.json/x")], `--output: ${quoted("run.json/x")} cannot be written: not a directory`],
  [["gophers", "-o", `${at("new")}/`], `--output: ${JSON.stringify(`${at("new")}/`)} cannot be written: it names a directory`],
  ...(process.platform === "linux" ? [[["gophers", "-o", "/proc/x.json"], '--output: "/proc/x.json" cannot be written: no such file or directory'] as const] : []),
  ...(isRoot ? [] : [[["gophers", "-o", at("shut/x")], `--output: ${quoted("shut/x")} cannot be written: permission denied`] as const]),
  [["gophers", "--pile", at("folder"), "--manifest", ""], '--manifest: "" cannot be written: the path is empty'],
  [["gophers", "--pile", at("folder"), "--manifest", at("missing/m")], `--manifest: ${quoted("missing/m")} cannot be written: no such file or directory`],
  [["gophers", "--pile", at("missing")], `--pile: ${quoted("missing")} cannot be read: no such file or directory`],
  [["gophers", "--pile", at("run.json")], `--pile: ${quoted("run.json")} is not a directory`],
  [["gophers", "--pile", ""], '--pile: "" cannot be read: no such file or directory'],

  [["compare", at("run.json")], "missing required argument 'b'"],
  [["compare", "-", "-"], "only one of the results can be standard input"],
  [["compare", at("run.json"), at("run.json"), "--max-regression", "1%"], '--max-regression: "1%" is not a percentage from 3%'],
  [["compare", at("run.json"), at("run.json"), "--allow-missing"], "--allow-missing needs --max-regression"],
  [["report"], "missing required argument 'result'"],
  ...[
    ["missing.json", "there is no file|cannot be read: no such file or directory"], ["truncated.json", "is not JSON: "], ["binary.json", "is not JSON: "], ["empty.json", "is not JSON: Unexpected end of JSON input"], ["run.csv", "is not JSON: "],
    ["edited.json", "is not a whole result of warren: cells is a string, not an array"], ["other.json", "is not a result of warren: it has no schema; write one with --format json"], ["nothing.json", "contains no measurements"],
    ["future.json", String.raw`was written by a newer warren: its schema is "warren/2", and warren \S+ reads "warren/1"`], ["doubled.json", String.raw`is not a result that warren wrote: cells\[\d+\] is the same cell as cells\[0\]: `], ["folder", "cannot be read: it is a directory"],
  ].flatMap(([name = "", message = ""]) => [[["report", at(name)], new RegExp(message)] as const, [["compare", at("run.json"), at(name)], new RegExp(message)] as const]),
  [["report", "."], 'result: "." cannot be read: it is a directory'],
];

describe("a malformed command line", () => {
  it.each(LINES)("%j", async (args, message) => {
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await outcomeOf(args);
    const [, text] = /^warren: ([^\n]+)\n$/.exec(stderr) ?? [];
    expect(text, stderr).toBeDefined();
    if (typeof message === "string") expect(text?.slice(0, message.length)).toBe(message);
    else expect(text).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
    expect(readdirSync(folder)).toEqual(before);
  });
});
