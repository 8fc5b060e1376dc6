import { afterEach, describe, expect, test } from "vitest";
import { adopt, refuseForeignTask } from "../../../src/runtime/module/copies.ts";

const coded = (code: string, message: string) => expect.objectContaining({ code, message: expect.stringContaining(message) });
const copy = (version: string, tasks: readonly object[] = []) => ({ version, url: `file:///${version}/index.js`, isTask: (fn: object) => tasks.includes(fn) });
const KEY = Symbol.for("warren");

afterEach(() => {
  delete (globalThis as { [KEY]?: unknown })[KEY];
});

describe("copies of warren on one thread", () => {
  test("the first is used by all of compatible versions", () => {
    const [first, second, later] = [{ a: 1 }, { a: 2 }, { a: 3 }];
    expect(adopt(first, copy("1.4.0"))).toBe(first);
    expect(adopt(second, copy("1.4.0"))).toBe(first);
    expect(adopt(later, copy("1.2.9"))).toBe(first);
  });

  test("before 1.0 a minor version is incompatible with another", () => {
    const [one, two, patch] = [{ a: 1 }, { a: 2 }, { a: 3 }];
    adopt(one, copy("0.1.0"));
    expect(adopt(two, copy("0.2.0"))).toBe(two);
    expect(adopt(patch, copy("0.1.7"))).toBe(one);
  });

  test("a newer copy that needs what the first one lacks is refused, with both", () => {
    adopt({ index__chan: 1 }, copy("1.0.0"));
    expect(() => adopt({ index__chan: 1, index__mesh: 2, index__grid: 3 }, copy("1.1.0"))).toThrow(coded("ERR_TWO_VERSIONS", "1.0.0 (file:///1.0.0/index.js) and then 1.1.0 (file:///1.1.0/index.js)"));
    expect(() => adopt({ index__mesh: 2, index__grid: 3 }, copy("1.1.0"))).toThrow(coded("ERR_TWO_VERSIONS", "lacks mesh, grid."));
  });

  test("parts that are only for a copy itself may differ", () => {
    const first = { index__chan: 1, memory__old: 1 };
    adopt(first, copy("1.0.0"));
    expect(adopt({ index__chan: 1, memory__new: 1 }, copy("1.0.1"))).toBe(first);
  });

  test("a task of an incompatible version is refused; a closure is not", () => {
    const [foreign, closure] = [() => 1, () => 2];
    adopt({}, copy("1.0.0"));
    refuseForeignTask(foreign);
    adopt({}, copy("2.0.0", [foreign]));
    expect(() => refuseForeignTask(foreign)).toThrow(coded("ERR_TWO_VERSIONS", "2.0.0 (file:///2.0.0/index.js)"));
    refuseForeignTask(closure);
  });
});
