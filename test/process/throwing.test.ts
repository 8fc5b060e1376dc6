import { beforeAll, describe, expect, test } from "vitest";
import { type Outcome, outcomeOf } from "./program.ts";

/** What a case of the program printed, by name. */
function linesOf({ stdout }: Outcome): [string, unknown][] {
  return stdout.trim().split("\n").map((line) => JSON.parse(line) as [string, unknown]);
}

const REFUSED = { class: "WarrenError", code: "ERR_NOT_TRANSFERABLE" };

const SHAPES: [what: string, shape: object][] = [
  ["error", { class: "Error", code: "E_MINE", message: "mine", cause: "why", tries: 3 }],
  ["subclass", { class: "RangeError", name: "QuotaError", message: "too much", limit: 5 }],
  ["aggregate", { class: "AggregateError", message: "both", errors: ["Error: first", "second"] }],
  ["string", { thrown: "just text" }],
  ["null", { thrown: "null" }],
  ["undefined", { thrown: "undefined" }],
  ["symbol", { ...REFUSED, message: expect.stringContaining("Symbol(mine)") }],
  ["function", { ...REFUSED, message: expect.stringContaining("function culprit") }],
  ["promise", { ...REFUSED, message: expect.stringContaining("a promise (await it first)") }],
  ["frozen", { class: "Error", message: "frozen" }],
  ["sealed", { class: "Error", message: "sealed" }],
  ["not extensible", { class: "Error", message: "not extensible" }],
  ["no stack", { class: "Error", message: "no stack" }],
  ["cyclic", { class: "Error", message: "cyclic", cause: "itself" }],
  ["hostile message", { ...REFUSED, message: expect.stringContaining("no message") }],
  ["hostile stack", { ...REFUSED, message: expect.stringContaining("no stack") }],
  ["hostile name", { ...REFUSED, message: expect.stringContaining("no name") }],
  ["revoked proxy", REFUSED],
  ["no prototype", { thrown: "[object Object]" }],
  ["huge message", { class: "Error", message: 20_000_000 }],
  ["deep cause", { class: "Error", message: "level 4999", cause: "level 4998" }],
  ["overflow", { class: "RangeError", message: "Maximum call stack size exceeded" }],
];

describe("a task that throws anything: its join settles, its thread lives, others go on", () => {
  let outcome: Outcome;
  let printed: Map<string, unknown>;
  beforeAll(async () => {
    outcome = await outcomeOf("throwing.ts", "spawn");
    expect(outcome).toMatchObject({ code: 0, hung: false });
    printed = new Map(linesOf(outcome));
  });

  test.each(SHAPES)("%s: before it awaits, at once, and in a closure", (what, shape) => {
    expect(printed.get(what)).toMatchObject(shape);
    expect(printed.get(`${what}, at once`)).toMatchObject(shape);
    expect(printed.get(`${what}, here`)).toBe("caught");
  });

  test("after a chain of a million promises", { tags: ["deep"] }, () => {
    expect(printed.get("long chain")).toMatchObject({ message: "the end of a long chain" });
  });

  test("a result that looks like a promise and throws when it is used as one", () => {
    expect(printed.get("then that throws, call")).toMatchObject({ class: "RangeError", message: "call" });
    expect(printed.get("then that throws, getter")).toMatchObject({ class: "RangeError", message: "getter" });
  });

  test("no thread died of it, and the task that waited beside them all was answered", () => {
    expect(printed.get("neighbour")).toBe(9);
    expect(outcome.stderr).not.toContain("WARREN_THREAD_DIED");
  });
});

describe.concurrent("the same under go ends the runtime loudly", { tags: ["deep"] }, () => {
  test.each([
    ["error", "Error: mine"],
    ["string", "just text"],
  ])("%s: exit code 1, and stderr says what it was", async (what, text) => {
    const { code, hung, stderr } = await outcomeOf("throwing.ts", "go", what);
    expect({ code, hung }).toEqual({ code: 1, hung: false });
    expect(stderr).toContain(text);
  });

  test("or becomes an uncaught exception, whatever it was; waiting operations reject with ERR_RUNTIME_STOPPED", async () => {
    const outcome = await outcomeOf("throwing.ts", "go, heard");
    expect(outcome).toMatchObject({ code: 0, hung: false, stderr: "" });
    expect(linesOf(outcome)).toEqual([
      ["undefined", ["ERR_RUNTIME_STOPPED", { thrown: "undefined" }]],
      ["symbol", ["ERR_RUNTIME_STOPPED", expect.objectContaining(REFUSED)]],
      ["sealed", ["ERR_RUNTIME_STOPPED", expect.objectContaining({ message: "sealed" })]],
      ["hostile stack", ["ERR_RUNTIME_STOPPED", expect.objectContaining(REFUSED)]],
      ["revoked proxy", ["ERR_RUNTIME_STOPPED", expect.objectContaining(REFUSED)]],
    ]);
  });
});

describe("what is thrown outside any task ends its thread, and only that", { tags: ["deep"] }, () => {
  let lines: [string, unknown][];
  beforeAll(async () => {
    const outcome = await outcomeOf("throwing.ts", "later");
    expect(outcome).toMatchObject({ code: 0, hung: false });
    lines = linesOf(outcome);
  });

  test.each(["setImmediate", "setTimeout", "nextTick", "queueMicrotask", "EventEmitter", "rejection", "then without catch"])("%s: the cause is the one that was thrown, and the successor works", (how) => {
    const at = lines.findIndex(([what]) => what === how);
    expect(lines[at - 1]).toEqual(["warning", ["WARREN_THREAD_DIED", `thread 1 died: from ${how}. 1 task on it is lost. The thread will be replaced`]]);
    expect(lines[at][1]).toMatchObject({ code: "ERR_THREAD_DIED", message: `task throwsLater was lost because thread 1 ended: from ${how}`, cause: `from ${how}` });
    expect(lines[at + 1]).toEqual(["then", 42]);
  });

  test.each([
    ["exit 0", "it ended with exit code 0"],
    ["exit 3", "it ended with exit code 3"],
    ["abort", "process.abort() is not supported in workers"],
    ["chdir", "process.chdir() is not supported in workers"],
  ])("%s", (how, text) => {
    const at = lines.findIndex(([what]) => what === how);
    expect(lines[at][1]).toMatchObject({ message: expect.stringContaining(text) });
    expect(lines[at + 1]).toEqual(["then", 42]);
  });

  test("a task of the other thread went on through all of them", () => {
    expect(lines.at(-1)).toEqual(["neighbour", 9]);
  });
});
