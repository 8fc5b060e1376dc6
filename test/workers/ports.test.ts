/**
 * The ports print what Go prints: on one thread, on two, on four, and as code of the main
 * thread. What Go printed is stored in workers/ports/, in a file next to each program.
 * Where Go is installed, the Go programs are built and run again; `npx vitest run
 * test/workers/ports.test.ts -u` then writes the files.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, findProgram } from "../../bench/rivals/program.ts";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import { PORTS, type PortInput } from "../../workers/ports.ts";
import { writeText, writeTree } from "../../workers/ports/inputs.ts";
import { beginNode } from "../node-process.ts";
import { ROOT } from "../structure/sources.ts";

const PORTS_FOLDER = join(ROOT, "workers/ports");
const PLAY = join(ROOT, "test/workers/ports/play.ts");
/** For all programs of one mode: far more than they need. */
const DEADLINE_MS = 110_000;
const MODES = [["2", "on two threads"], ["main", "on main, with two threads"], ["1", "on one thread"], ["4", "on four threads"]] as const;
const QUICK: ReadonlySet<string> = new Set(["2"]);

const go = findProgram("go", "WARREN_GO");
const names = PORTS.map(({ name }) => name);
const stored = (name: string): string => join(PORTS_FOLDER, `${name}.txt`);

let folder: string;
let input: PortInput;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "warren-ports-"));
  input = { tree: join(folder, "tree"), text: join(folder, "text") };
  writeTree(input.tree, 12, 1000);
  writeText(input.text, 3_000_000);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(MODES)("%s: %s", { timeout: DEADLINE_MS }, (mode) => {
  const printed = new Map<string, string>();
  let rest: string;
  beforeAll(async () => {
    const { stdout, stderr } = await beginNode(["--expose-gc", PLAY, mode, JSON.stringify(input)], { deadlineMs: DEADLINE_MS }).outcome;
    const ends = [...stdout.matchAll(/^===== (\S+) (.*)\n/gm)];
    for (const [k, { index, 1: name, 2: end }] of ends.entries()) {
      const before = ends[k - 1];
      const text = stdout.slice(before === undefined ? 0 : before.index + before[0].length, index);
      printed.set(name!, end === '"ended"' ? text : `${text}${end}`);
    }
    rest = `${stdout.slice(stdout.lastIndexOf("====="))}${stderr}`;
  });

  const tags = QUICK.has(mode) ? [] : ["deep"];
  test.each(names)("%s", { tags }, (name) => {
    expect(printed.get(name) ?? `DOES NOT END ${rest}`).toBe(readFileSync(stored(name), "utf8"));
  });

  test("without a warning", { tags }, () => {
    // A task that computes for 100 ms on a busy machine is no fault.
    expect(rest).not.toMatch(/WARREN_(?!STUCK_TASK)/);
  });
});

describe("the Go programs print what is stored", () => {
  test.skipIf(go === null)(`${go === null ? "SKIPPED: go is not installed; " : ""}all of them`, { tags: ["deep"] }, async () => {
    for (const { name, small } of PORTS) {
      const source = join(PORTS_FOLDER, `${name}.go`);
      const program = await build({ compiler: go!, versionFlag: "version", sources: [source], folder: dirname(source), arguments: (output) => ["build", "-o", output, basename(source)] });
      await expect(await runProgram(program, small(input).map(String)), name).toMatchFileSnapshot(stored(name));
    }
  });
});

test("each program has its three files and a row", () => {
  expect(names.length).toBe(20);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(readFileSync(join(PORTS_FOLDER, `${name}.go`), "utf8"), name).toContain(`go run ${basename(name)}.go`);
    expect(readFileSync(join(PORTS_FOLDER, `${name}.ts`), "utf8"), name).toContain(`node workers/ports/${name}.ts`);
  }
});
