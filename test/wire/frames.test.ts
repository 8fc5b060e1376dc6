/** What a program sees of the stack of an error: its own lines first. */
import { describe, expect, test } from "vitest";
import { i32 } from "../../src/index.ts";
import { changeStack, withoutOwnFrames } from "../../src/wire/frames.ts";
import { thrown } from "../runtime/until.ts";
import { world } from "../channel/tasks/world.ts";
import { throwPlain, sendOnClosed } from "./payload-tasks.ts";

const the = world(1);
const SRC = new URL("../../src/", import.meta.url);
const framesOf = (error: unknown): string[] => String((error as Error).stack).split("\n").filter((line) => line.startsWith("    at "));
const isEngine = (frame: string): boolean => frame.includes("/src/") && !/\/src\/(lab|cli)\//.test(frame);

describe("the stack of a failed task", () => {
  test("begins with the line that threw, and has no frame of warren", async () => {
    const failures = [() => the.rt.spawn(throwPlain), () => the.rt.spawn(sendOnClosed), () => the.rt.spawn(async () => {
      throw new Error("a closure");
    })];
    for (const [file, fail] of [["payload-tasks.ts", failures[0]], ["payload-tasks.ts", failures[1]], ["frames.test.ts", failures[2]]] as const) {
      const frames = framesOf(await thrown(fail));
      expect(frames[0]).toContain(file);
      expect(frames.filter(isEngine)).toEqual([]);
    }
  });

  test("an operation that fails after it has waited shows where it began to wait", async () => {
    const [full, mutex] = [the.rt.chan(i32), new the.rt.Mutex()];
    const guard = await mutex.lock();
    const waits = [full.send(1), mutex.lock()].map((wait) => thrown(() => wait));
    full.close();
    mutex.free();
    guard[Symbol.dispose]();
    for (const error of await Promise.all(waits)) {
      const frames = framesOf(error);
      expect(frames[0]).toContain("frames.test.ts");
      expect(frames.filter(isEngine)).toEqual([]);
    }
  });
});

describe("withoutOwnFrames", () => {
  test("cuts the engine and Piscina, not the lab, the command, or a program; text that looks like it stays", () => {
    const kept = [`    at a (${new URL("lab/x.ts", SRC).href}:1:1)`, `    at b (${new URL("cli/x.ts", SRC).href}:1:1)`, "    at file:///home/x.ts:1:1", "    --- task, spawned at ---", `  at ${new URL("wait/x.ts", SRC).href}`];
    const cut = [`    at a (${new URL("wait/x.ts", SRC).href}:1:1)`, `    at async ${new URL("host.ts", SRC).href}:1:1`, "    at f (/x/node_modules/piscina/dist/worker.js:1:1)", "    at AsyncResource.runInAsyncScope (node:async_hooks:1:1)"];
    expect(withoutOwnFrames(["Error: x", "second line", ...cut, ...kept, ...cut].join("\n"))).toBe(["Error: x", "second line", ...kept].join("\n"));
    expect(withoutOwnFrames("Error: no frames")).toBe("Error: no frames");
  });
});

describe("changeStack", () => {
  test("what is read, and what a later assignment leaves", () => {
    const error = new Error("x");
    changeStack(error, (stack) => `${stack}\n1`);
    changeStack(error, (stack) => `${stack}\n2`);
    expect(error.stack).toMatch(/^Error: x\n.*\n1\n2$/s);
    error.stack = "mine";
    changeStack(error, (stack) => `${stack}, changed`);
    expect(error.stack).toBe("mine, changed");
    expect(Object.keys(error)).toEqual([]);
  });

  test("an error that does not accept it stays as it is", () => {
    const frozen = Object.freeze(new Error("x"));
    const { stack } = frozen;
    changeStack(frozen, () => "changed");
    expect(frozen.stack).toBe(stack);
    const { proxy, revoke } = Proxy.revocable(new Error("x"), {});
    revoke();
    expect(() => changeStack(proxy, () => "changed")).not.toThrow();
  });
});
