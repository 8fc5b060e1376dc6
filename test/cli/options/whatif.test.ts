/** The options of warren whatif: what they mean, and a message for each that is wrong. */
import { describe, expect, test } from "vitest";
import { resolveWhatIf, whatIfFormat, type RawWhatIf } from "../../../src/cli/options/whatif.ts";

describe("what to predict", () => {
  test.each([
    [["./p.ts"], {}, { kind: "module", path: "./p.ts", task: "main", args: [] }],
    [["p.ts"], { task: "fan", args: '[1,{"a":null}]' }, { kind: "module", path: "p.ts", task: "fan", args: [1, { a: null }] }],
    [["gophers"], { designs: "g6", world: "cpu" }, { kind: "gophers", designs: ["G6"], worlds: ["cpu"] }],
    [["gophers"], {}, { kind: "gophers", designs: ["G1", "G4", "G6", "G7"], worlds: ["cpu", "wait", "mixed"] }],
    [["sawzall", "src"], {}, { kind: "sawzall", path: "src" }],
    [["dot"], {}, { kind: "dot" }],
  ])("%j %j", (operands, raw, target) => {
    expect(resolveWhatIf(raw as RawWhatIf, operands).target).toEqual(target);
  });

  test("the rest", () => {
    expect(resolveWhatIf({ processors: "1..64", runs: "3", faster: "burn=2, load=1.5", free: "gc,lock", measure: true, events: "1000" }, ["dot"])).toEqual({
      target: { kind: "dot" }, processors: [1, 2, 4, 8, 16, 32, 64], runs: 3, faster: { burn: 2, load: 1.5 }, free: ["lock", "gc"], measure: true, events: 1000,
    });
    expect(resolveWhatIf({ processors: "3..6,1" }, ["dot"]).processors).toEqual([1, 3, 4, 5, 6]);
    expect(resolveWhatIf({ processors: "3..100" }, ["dot"]).processors).toEqual([3, 4, 8, 16, 32, 64, 100]);
  });

  test("the format follows from the name of the file", () => {
    expect([whatIfFormat(undefined, undefined), whatIfFormat(undefined, "a.json"), whatIfFormat(undefined, "a.SVG"), whatIfFormat("html", "a.json"), whatIfFormat(undefined, "a.txt")]).toEqual(["table", "json", "svg", "html", "table"]);
  });
});

test.each([
  [[], {}, "whatif needs a program: gophers, sieve, sawzall, balance, dot, or a module such as program.ts"],
  [["seive"], {}, 'there is no program "seive" — did you mean sieve? (programs: gophers, sieve, sawzall, balance, dot, or a module such as ./program.ts)'],
  [["p.ts", "5"], {}, "\"5\" is one argument too many: pass arguments to the task with --args '[…]'"],
  [["dot", "x"], {}, '"x" is one argument too many'],
  [["sawzall"], {}, "whatif sawzall needs a file or a directory"],
  [["p.ts"], { args: "[1" }, "--args: \"[1\" is not JSON: Expected ',' or ']' after array element in JSON at position 2 (line 1 column 3)"],
  [["p.ts"], { args: "1" }, '--args: "1" is not a JSON array of arguments, such as [1,"two"]'],
  [["p.ts"], { world: "cpu" }, "only warren whatif gophers has --world"],
  [["sieve"], { task: "main" }, "only a module has --task"],
  [["dot"], { processors: "two" }, '--processors: "two" is not an integer from 1 to 1024'],
  [["dot"], { processors: "0" }, '--processors: "0" is not an integer from 1 to 1024'],
  [["dot"], { processors: "8..2" }, '--processors: "8..2" is empty: 8 is more than 2'],
  [["dot"], { runs: "0" }, '--runs: "0" is not an integer from 1 to 1000'],
  [["dot"], { faster: "burn" }, '--faster: "burn" is not a task and a factor above 0, such as burn=2'],
  [["dot"], { faster: "burn=0" }, '--faster: "burn=0" is not a task and a factor above 0, such as burn=2'],
  [["dot"], { free: "locks" }, '--free: "locks" is not one of lock, handoff, gc, all — did you mean lock?'],
  [["gophers"], { designs: "G12" }, '--designs: "G12" is not one of G1, G2, G3, G4, G5, G6, G7, G8, G9, G10, G11, all'],
])("%j %j is refused", (operands, raw, message) => {
  expect(() => resolveWhatIf(raw as RawWhatIf, operands)).toThrow(message);
});
