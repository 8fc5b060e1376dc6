// @module-tag deep
import { beforeAll, describe, expect, test } from "vitest";
import { outcomeOf } from "./program.ts";

const LOADS: [what: string, code: string, text: string][] = [
  ["missing", "ERR_TASK_MODULE", "no-such-module.ts"],
  ["syntax error", "ERR_TASK_MODULE", "Unexpected token '='"],
  ["throws", "ERR_TASK_MODULE", "at the top level"],
  ["throws null", "ERR_TASK_MODULE", "null"],
  ["registers nothing", "ERR_TASK_UNKNOWN", "wanted"],
];

describe("a module that a thread cannot load: one coded error for each task, no loop, the rest goes on", () => {
  let lines: [string, unknown][];
  beforeAll(async () => {
    const { stdout, code, hung } = await outcomeOf("modules.ts");
    expect({ code, hung }).toEqual({ code: 0, hung: false });
    lines = stdout.trim().split("\n").map((line) => JSON.parse(line) as [string, unknown]);
  });
  const printed = (name: string): unknown => lines.find(([what]) => what === name)?.[1];

  test.each(LOADS)("%s: the first time and the second, and the thread lives", (what, code, text) => {
    const error = [code, expect.stringContaining(text)];
    expect(printed(what)).toEqual(error);
    expect(printed(`${what}, again`)).toEqual(error);
  });

  test("process.exit at its top level ends the thread, once", () => {
    expect(printed("exits")).toEqual(["ERR_THREAD_DIED", expect.stringContaining("exit code 3")]);
    expect(printed("deaths")).toBe(1);
    expect(lines.filter(([what]) => what === "then").map(([, answer]) => answer)).toEqual(Array(6).fill(42));
  });

  test("an await at its top level that never ends blocks no other task; the thread can be recycled", () => {
    expect(printed("beside")).toBe(42);
    expect(printed("never ends")).toEqual(["ERR_THREAD_DIED", expect.stringContaining("it was ended by rt.recycle()")]);
  });

  test("an endless loop at its top level is reported, and ended on request", () => {
    expect(printed("stuck")).toMatch(/^importing the module of task wanted has blocked thread 1 for \d+ ms/);
    expect(printed("loops")).toEqual(["ERR_THREAD_DIED", expect.stringContaining("it was ended by rt.recycle()")]);
  });

  test("a task of the other thread went on through all of them", () => {
    expect(printed("neighbour")).toBe(9);
  });
});
