/** The functions that are compiled to WebAssembly: they are those of the source, and do the same to the same memory. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMPILED_FUNCTIONS, assemble, renderCompiled } from "../../scripts/build-wasm.ts";
import { compileWords } from "../../scripts/compile-words.ts";
import { makeChannel } from "../../src/channel/make-channel.ts";
import { Arena } from "../../src/memory/arena.ts";
import type { Compiled } from "../../src/memory/compiled.ts";
import { COMPILED_BASE64 } from "../../src/memory/compiled-wasm.ts";
import { TASK_WORDS, processor, superblock, waiter } from "../../src/memory/layout.ts";
import { f64, i32 as wordType } from "../../src/wire/scalars.ts";
import { compiledFor } from "../../verify/explorer/stand-ins/compiled.ts";
import { handMadeWorld } from "../wait/hand-made.ts";

/** All of its words are compared after each step. */
const smallWorld = (): ReturnType<typeof handMadeWorld> => handMadeWorld(false, false, Arena.create(2, 1_310_720).memory);

describe("compiled-wasm.ts", () => {
  test("is the text that the build script writes", async () => {
    expect(await renderCompiled()).toBe(readFileSync(fileURLToPath(new URL("../../src/memory/compiled-wasm.ts", import.meta.url)), "utf8"));
  });

  test("exports the functions that are listed, with as many parameters as the source has without the array of words", async () => {
    const module = new WebAssembly.Module(Buffer.from(COMPILED_BASE64, "base64"));
    const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
    expect(exported.toSorted()).toEqual(Object.keys(COMPILED_FUNCTIONS).toSorted());
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    for (const [name, path] of Object.entries(COMPILED_FUNCTIONS)) {
      const source = ((await import(/* @vite-ignore */ new URL(`../../${path}`, import.meta.url).href)) as Record<string, (...p: unknown[]) => unknown>)[name];
      expect([name, (exports[name] as () => unknown).length + 1]).toEqual([name, source?.length]);
    }
  });
});

test("what such functions need not is refused by the compiler", async () => {
  await expect(compileWords({ ring: "src/wait/doorbell.ts" })).rejects.toThrow(/doorbell\.ts, ring: cannot be compiled/);
  await expect(compileWords({ nothing: "src/wait/doorbell.ts" })).rejects.toThrow(/no function nothing/);
});

describe("the compiler", () => {
  test.each([
    ["a constant of another module, and a local", "export function f(i32: Int32Array, a: number): number { let b = a * 3; b -= PAUSE; return b; }", [5], 5],
    ["if, else and the conditional operator", "export function f(i32: Int32Array, a: number): number { if (a > 3) { return a === 4 ? 40 : 50; } else return -a; }", [4], 40],
    ["loops with break and continue", "export function f(i32: Int32Array, a: number): number { let s = 0; for (let k = 0; ; k++) { if (k === a) break; if ((k & 1) === 0) continue; s += k; } while (s > 10) s -= 7; return s; }", [8], 9],
    ["&& and || stop where they are decided", "export function f(i32: Int32Array, a: number): number { return a !== 0 && g(i32) === 1 || a < 0 ? i32[9] : i32[9] + 10; } function g(i32: Int32Array): number { i32[9]++; return 1; }", [0], 10],
  ])("%s", async (_, source, parameters, expected) => {
    const { mkdtempSync, rmSync, writeFileSync } = await import("node:fs");
    const folder = mkdtempSync(fileURLToPath(new URL("compiled-", import.meta.url)));
    try {
      writeFileSync(`${folder}/f.ts`, `const PAUSE = 5 << 1;\n${source}`);
      const path = `test/memory/${folder.slice(folder.lastIndexOf("/") + 1)}/f.ts`;
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
      const module = new WebAssembly.Module(Uint8Array.from(await assemble(await compileWords({ f: path }))));
      const { f } = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, (...p: number[]) => number>;
      expect(f?.(...parameters)).toBe(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Those of tasks, which have a test of their own. */
const OF_TASKS = new Set(["placeTask", "tryPush", "takeTask", "endTask"]);
/** One call: which function, for which thread, and numbers from which its parameters are made. */
const CALL = fc.record({ name: fc.constantFrom(...(Object.keys(COMPILED_FUNCTIONS).filter((name) => !OF_TASKS.has(name)) as Exclude<keyof Compiled, "placeTask" | "tryPush" | "takeTask" | "endTask">[])), byMain: fc.boolean(), count: fc.integer({ min: 0, max: 9 }), parked: fc.integer({ min: 0, max: 1 }), isStale: fc.boolean() });

test("compiled code and source do the same, step by step, to a buffered or an unbuffered channel with waits of two threads", () => {
  fc.assert(
    fc.property(fc.array(CALL, { minLength: 1, maxLength: 60 }), fc.constantFrom(0, 1, 2, 5), fc.constantFrom(wordType, f64), (calls, capacity, type) => {
      const { main, other } = smallWorld();
      const channel = makeChannel<never>(main.waiters, type as never, capacity, false);
      const { i32 } = main.arena;
      const { words } = type;
      // Records of each thread; one is idle while it is in no queue.
      const idle = [main, other].map(({ waiters }) => Array.from({ length: 8 }, () => waiters.acquire(0, channel).record));
      // A second memory in the same state, for the source.
      const copy = i32.slice();
      const source = compiledFor(undefined, copy);
      for (const { name, byMain, count, parked, isStale } of calls) {
        const { arena, waiters } = byMain ? main : other;
        const record = idle[byMain ? 0 : 1]?.find((one) => i32[one + waiter.queued] === 0);
        if (record === undefined) continue;
        const at = waiters.scratchTop;
        for (let k = 0; k < words * 9; k++) copy[at + k] = i32[at + k] = (count * 31 + k) | 0;
        const handle = [channel.header, arena.markOf(channel.header), channel.generation + (isStale && count === 9 ? 1 : 0), arena.owner] as const;
        const isRing = capacity > 0;
        const call = (by: Compiled): number | undefined => {
          if (name === "endListed") return undefined;
          if (name === "sendUnbuffered" || name === "recvUnbuffered") return isRing ? undefined : by[name](...handle, words, at, arena.here, arena.id, record, parked);
          if (!isRing) return undefined;
          if (name === "lengthOf") return by.lengthOf(channel.header, capacity);
          if (name === "put") return by.put(...handle, capacity, words, at, arena.here);
          if (name === "take") return by.take(...handle, capacity, words, at);
          if (name === "sendManyBuffered" || name === "recvManyBuffered") return by[name](...handle, capacity, words, at, arena.here, count);
          if (name === "putMany") return by.putMany(...handle, capacity, words, at, arena.here, count);
          if (name === "takeMany") return by.takeMany(...handle, capacity, words, at, count);
          return by[name](...handle, capacity, words, at, arena.here, arena.id, record, parked);
        };
        expect([name, call(arena.compiled)]).toEqual([name, call(source)]);
        expect(Buffer.compare(new Uint8Array(i32.buffer), new Uint8Array(copy.buffer))).toBe(0);
        // As in the runtime, what is claimed ends before the next call.
        for (let left = 1; left !== 0; ) {
          left = arena.compiled.endListed(arena.here, arena.id);
          expect(source.endListed(arena.here, arena.id)).toBe(left);
        }
      }
    }),
    { numRuns: 150 },
  );
});

test("compiled code and source do the same to tasks that are placed, taken and ended by two threads", () => {
  const step = fc.record({ what: fc.constantFrom("place", "push", "take", "end", "lock", "stop"), byMain: fc.boolean(), toMain: fc.boolean(), isPinned: fc.integer({ min: 0, max: 1 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const { main, other } = smallWorld();
      const { i32 } = main.arena;
      for (const { arena } of [main, other]) for (const block of Array.from({ length: 5 }, () => arena.alloc(TASK_WORDS))) arena.free(block);
      const copy = i32.slice();
      const source = compiledFor(undefined, copy);
      const running: number[] = [];
      for (const [k, { what, byMain, toMain, isPinned }] of steps.entries()) {
        const { arena } = byMain ? main : other;
        const { here, id, owner } = arena;
        const at = arena.processorAt((toMain ? main : other).arena.index);
        const both = (call: (by: Compiled) => number): number => {
          const result = call(arena.compiled);
          expect([what, call(source)]).toEqual([what, result]);
          return result;
        };
        const write = (word: number, value: number): void => void (copy[word] = i32[word] = value);
        if (what === "place" || what === "push") {
          const placed = both((by) => by.placeTask(here, id, owner, at, isPinned, 0, 3, k, 0));
          if (placed < 0) {
            write(at + processor.queueLock, 0);
            both((by) => by.tryPush(here, owner, at, -placed, isPinned));
          }
        } else if (what === "take") {
          const record = both((by) => by.takeTask(here, id, owner));
          if (record > 0) running.push(record);
        } else if (what === "end") {
          const record = running.pop();
          if (record !== undefined) both((by) => by.endTask(here, id, record, 1, 0));
        } else if (what === "lock") write(at + processor.queueLock, i32[at + processor.queueLock] === 0 ? owner : 0);
        else write(superblock.stopping, isPinned);
        expect(Buffer.compare(new Uint8Array(i32.buffer), new Uint8Array(copy.buffer))).toBe(0);
      }
    }),
    { numRuns: 150 },
  );
});
