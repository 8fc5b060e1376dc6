/** What a page may ask: the closed set, and a line for everything else. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCommand, type CommandLimits } from "../../../src/lab/watch/commands.ts";
import type { Choice } from "../../../src/lab/watch/protocol.ts";

const LIMITS: CommandLimits = {
  designs: [{ id: "G1", what: "one gopher", takesCarts: false, mostCarts: 1 }, { id: "G6", what: "a team", takesCarts: true, mostCarts: 8 }],
  worlds: ["cpu", "wait"],
  mostThreads: 16,
};
const CHOICE: Choice = { program: "gophers", design: "G6", world: "wait", threads: 2, carts: 3 };

function read(value: unknown): unknown {
  return readCommand(JSON.stringify(value), LIMITS);
}

function start(changes: object): unknown {
  return read({ do: "start", choice: { ...CHOICE, ...changes } });
}

describe("commands", () => {
  test.each([
    { do: "stop" },
    { do: "start", choice: CHOICE },
    { do: "start", choice: { ...CHOICE, design: "G1", carts: null } },
    { do: "start", choice: { ...CHOICE, program: "sieve", threads: 16, carts: null } },
  ])("%j", (command) => expect(read(command)).toEqual({ ok: true, command }));

  test("are new objects: nothing of what was sent is in them", () => {
    const got = readCommand(`{"do":"start","choice":${JSON.stringify(CHOICE)},"do":"stop"}`, LIMITS);
    expect(got).toEqual({ ok: false, text: 'the command: "choice" is not one of its fields, which are do' });
  });
});

describe("refused", () => {
  test.each([
    [{ program: "../../etc/passwd" }, 'program: "../../etc/passwd" is not one of gophers, balance, replicas, sieve'],
    [{ program: ["gophers"] }, 'program: ["gophers"] is not one of gophers, balance, replicas, sieve'],
    [{ design: "G2" }, 'design: "G2" is not one of G1, G6'],
    [{ design: "g6" }, 'design: "g6" is not one of G1, G6'],
    [{ design: "constructor" }, 'design: "constructor" is not one of G1, G6'],
    [{ world: "mixed" }, 'world: "mixed" is not one of cpu, wait'],
    [{ world: null }, "world: null is not one of cpu, wait"],
    [{ threads: 0 }, "threads: 0 is not an integer from 1 to 16"],
    [{ threads: 17 }, "threads: 17 is not an integer from 1 to 16"],
    [{ threads: 1.5 }, "threads: 1.5 is not an integer from 1 to 16"],
    [{ threads: "2" }, 'threads: "2" is not an integer from 1 to 16'],
    [{ threads: -1 }, "threads: -1 is not an integer from 1 to 16"],
    [{ threads: [2] }, "threads: [2] is not an integer from 1 to 16"],
    [{ carts: 0 }, "carts: 0 is not an integer from 1 to 8"],
    [{ carts: 9 }, "carts: 9 is not an integer from 1 to 8"],
    [{ carts: false }, "carts: false is not an integer from 1 to 8"],
    [{ design: "G1", carts: 1 }, "carts: G1 has no number of carts to choose"],
    [{ args: ["-e", "x"] }, 'choice: "args" is not one of its fields, which are program, design, world, threads, carts'],
    [{ design: "x".repeat(3000) }, `design: "${"x".repeat(39)}… is not one of G1, G6`],
  ])("choice with %j", (changes, text) => expect(start(changes)).toEqual({ ok: false, text }));

  test.each(["program", "design", "world", "threads", "carts"] as const)("choice without %s", (name) => {
    const { [name]: _, ...rest } = CHOICE;
    expect(read({ do: "start", choice: rest })).toEqual({ ok: false, text: `choice: the field ${name} is missing` });
  });

  test.each([
    ["null", "the command: null is not an object"],
    ["[]", "the command: [] is not an object"],
    ['"stop"', 'the command: "stop" is not an object'],
    ["1e999", "the command: null is not an object"],
    ["{}", "the command: the field do is missing"],
    ['{"do":null}', "do: null is not one of start, stop"],
    ['{"do":["stop"]}', 'do: ["stop"] is not one of start, stop'],
    ['{"do":"start"}', "the command: the field choice is missing"],
    ['{"do":"start","choice":null}', "choice: null is not an object"],
    ['{"do":"stop","__proto__":{"x":1}}', 'the command: "__proto__" is not one of its fields, which are do'],
    ['{"__proto__":{"do":"stop"}}', 'the command: "__proto__" is not one of its fields, which are do'],
    ["", "the command is not JSON"],
    ["{do:'stop'}", "the command is not JSON"],
    ["NaN", "the command is not JSON"],
  ])("%s", (text, line) => expect(readCommand(text, LIMITS)).toEqual({ ok: false, text: line }));

  test("whatever comes, the answer is a command of the set or one line", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.record({ do: fc.constantFrom("start", "stop", "x"), choice: fc.object() }, { requiredKeys: [] }).map((value) => JSON.stringify(value))), (text) => {
      const got = readCommand(text, LIMITS);
      if (got.ok) expect(["start", "stop"]).toContain(got.command.do);
      else expect(got.text).toMatch(/^[^\n]{1,200}$/);
    }));
  });
});
