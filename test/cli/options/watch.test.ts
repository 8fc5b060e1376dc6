import { describe, expect, test } from "vitest";
import { resolveWatch, type RawWatch } from "../../../src/cli/options/watch.ts";

const CORES = 4;

describe("the options of watch", () => {
  test("usual", () => {
    expect(resolveWatch({}, [], CORES)).toEqual({ choice: { program: "gophers", design: "G6", world: "wait", threads: 2, carts: null }, unitMs: null, port: 0, opens: true, present: false, record: null });
    expect(resolveWatch({}, [], 1).choice.threads).toBe(1);
  });

  test("all of them", () => {
    expect(resolveWatch({ designs: "g10", world: "CPU", threads: "64", carts: "2", unit: "0.5s", port: "8080", open: false, present: true }, ["gophers"], CORES)).toEqual({
      choice: { program: "gophers", design: "G10", world: "cpu", threads: 64, carts: 2 }, unitMs: 500, port: 8080, opens: false, present: true, record: null,
    });
    expect(resolveWatch({ record: "talk.html" }, ["sieve"], CORES)).toMatchObject({ choice: { program: "sieve" }, opens: false, record: "talk.html" });
  });

  test.each<readonly [raw: RawWatch, operands: readonly string[], said: string]>([
    [{}, ["gofers"], 'watch: "gofers" is not one of gophers, balance, replicas, sieve — did you mean gophers?'],
    [{ designs: "G12" }, [], '--designs: "G12" is not one of G1, G2, G3, G4, G5, G6, G7, G8, G9, G10, G11'],
    [{ designs: "G1,G6" }, [], '--designs: a page shows one run at a time, not "G1,G6". Name one of G1, G2, G3, G4, G5, G6, G7, G8, G9, G10, G11; the page has all of them'],
    [{ world: "all" }, [], '--world: a page shows one run at a time, not "all". Name one of cpu, wait, mixed; the page has all of them'],
    [{ world: "wiat" }, [], '--world: "wiat" is not one of cpu, wait, mixed — did you mean wait?'],
    [{ threads: "0" }, [], '--threads: "0" is not an integer from 1 to 64'],
    [{ threads: "65" }, [], '--threads: "65" is not an integer from 1 to 64'],
    [{ threads: "8" }, ["balance"], "--threads: 8 is more than the cores that are here (4), and on more only the gophers can be predicted"],
    [{ carts: "2", designs: "G1" }, [], "--carts: G1 has the carts that it has. --carts changes G5, G6, G7, G10, G11"],
    [{ carts: "13" }, [], '--carts: "13" is not an integer from 1 to 12'],
    [{ designs: "G6" }, ["replicas"], "only warren watch gophers has --designs"],
    [{ unit: "0" }, [], '--unit: "0" is not a time of at least 1 ms such as 250, 250ms or 0.5s'],
    [{ unit: "11s" }, [], '--unit: "11s" is more than 10 s'],
    [{ unit: "1ms" }, ["sieve"], "--unit: the sieve has no steps of a length: it sends numbers as fast as it can"],
    [{ port: "65536" }, [], '--port: "65536" is not an integer from 0 to 65535'],
    [{ port: "-1" }, [], '--port: "-1" is not an integer from 0 to 65535'],
    [{ port: "80", record: "a.html" }, [], "--port cannot be used with --record: a recording needs no server"],
  ])("%j %j: %s", (raw, operands, said) => {
    expect(() => resolveWatch(raw, operands, CORES)).toThrow(said);
  });
});
