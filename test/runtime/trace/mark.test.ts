/** mark(): an event of the program's own, by whom, in which traces, under which name; and what it refuses. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, type TraceEvent, i32, mark, start } from "../../../src/index.ts";
import { readRecording } from "../../../src/lab/whatif/read.ts";
import { script } from "./trace-script.ts";
import { of, traced } from "./trace-stage.ts";
import { foreignMark, manyNames, marks } from "./trace-tasks.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

const marksOf = (trace: { readonly events: readonly TraceEvent[] }): string[] => of(trace, "mark").map(({ name, n, thread }) => `${name} ${n} on ${thread}`);

describe("what is recorded", () => {
  test("in tasks on any thread, in closures on the main thread, and outside tasks: with name, number and task", async () => {
    const trace = await traced(rt, async (on) => {
      mark("before");
      await on.spawn.on(1)(marks, 2);
      await on.spawn(async function mine() {
        mark("in a closure", -1.5);
      });
      mark("after", Number.MAX_SAFE_INTEGER);
    });
    expect(marksOf(trace)).toEqual(["before 0 on 2", "step 0 on 1", "step 1 on 1", "in a closure -1.5 on 2", `after ${Number.MAX_SAFE_INTEGER} on 2`]);
    expect(script(trace).filter((line) => line.includes("marks "))).toEqual(expect.arrayContaining(["nobody marks before 0", "marks marks step 0", "mine marks in a closure -1.5"]));
  });

  test("a mark shows that a task has gone on after something outside warren", async () => {
    const trace = await traced(rt, (on) => on.spawn.on(0)(foreignMark));
    expect(script(trace, { thread: 0 })).toEqual(["foreignMark starts", "foreignMark went on by itself", "foreignMark marks awake 0", "foreignMark ends"]);
  });

  test("a name of 100 characters, of any, comes back", async () => {
    const names = ["x".repeat(100), "Bücher 🔥", "a\nb", "\uD800", "__proto__"];
    const trace = await traced(rt, async () => {
      for (const name of names) mark(name);
    });
    expect(of(trace, "mark").map(({ name }) => name)).toEqual(names.map((name) => name.toWellFormed()));
  });

  test("of more than 1,000 names of a thread, the others are one", async () => {
    await using own = await start({ threads: 2 });
    const tracing = await own.trace();
    await own.spawn.on(0)(manyNames, 1500);
    // those that have a number keep it, also in the next trace
    await own.spawn.on(0)(manyNames, 1);
    const first = await tracing.stop();
    const named = of(first, "mark");
    expect(named.map(({ name }) => name)).toEqual([...Array.from({ length: 1000 }, (_, k) => `name ${k}`), ...Array.from({ length: 500 }, () => "(other)"), "name 0"]);
    expect(named.map(({ n }) => n)).toEqual([...Array.from({ length: 1500 }, (_, k) => k), 0]);
    const again = await own.trace();
    await own.spawn.on(0)(manyNames, 1);
    await own.spawn.on(1)(manyNames, 1);
    expect(marksOf(await again.stop())).toEqual(["name 0 0 on 0", "name 0 0 on 1"]);
  });

  test("without room in shared memory, it is recorded without its name", async () => {
    await using own = await start({ threads: 1, arenaBytes: 8_388_608 });
    const tracing = await own.trace({ events: 10 });
    const kept: unknown[] = [];
    expect(() => {
      for (let size = 65_536; size > 0; size = size > 1 ? size >> 1 : 0) for (;;) {
        try {
          kept.push(own.shared.bytes(size));
        } catch (error) {
          if (size === 1) throw error;
          break;
        }
      }
    }).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    mark("a name that is not known yet", 5);
    expect(of(await tracing.stop(), "mark")).toMatchObject([{ name: "(other)", n: 5 }]);
    expect(kept.length).toBeGreaterThan(0);
  });

  test("what is predicted from a recording does not depend on marks", async () => {
    const trace = await traced(rt, async (on) => {
      const ch = on.chan(i32, 1);
      await Promise.all([on.spawn.on(0)(marks, 300), on.spawn.on(0)(marks, 200)]);
      ch.close();
    });
    expect(of(trace, "mark")).toHaveLength(500);
    const events = trace.events.filter(({ kind }) => kind !== "mark");
    expect(readRecording(trace)).toEqual({ ...readRecording({ ...trace, events }), events: trace.events.length });
  });
});

describe("where", () => {
  test("without a trace, and without a runtime, nothing", async () => {
    mark("nobody sees this", 1);
    const own = await start({ threads: 1 });
    mark("nor this");
    await (await own.trace()).stop();
    mark("nor this");
    await own.stop();
    mark("nor this");
  });

  test("on the main thread, each runtime that is traced has it, by the task that is its own", async () => {
    await using own = await start({ threads: 1 });
    const tracings = [await rt.trace(), await own.trace()];
    await own.spawn(async function mine() {
      mark("both", 3);
    });
    const [others, its] = await Promise.all(tracings.map((tracing) => tracing.stop()));
    expect(of(others as typeof its & object, "mark")).toMatchObject([{ name: "both", n: 3, task: 0, thread: 2 }]);
    const [{ task }] = of(its as typeof its & object, "start");
    expect(of(its as typeof its & object, "mark")).toMatchObject([{ name: "both", n: 3, task, thread: 1 }]);
  });
});

test.each([
  ["no name", [undefined]],
  ["an empty name", [""]],
  ["a name that is too long", ["x".repeat(101)]],
  ["a number as name", [7]],
  ["a text as number", ["name", "7"]],
  ["null", ["name", null]],
  ["NaN", ["name", NaN]],
  ["an infinite number", ["name", -Infinity]],
  ["a bigint", ["name", 7n]],
])("%s is refused, traced or not", async (_what, args) => {
  const call = (): void => (mark as (...values: unknown[]) => void)(...args);
  expect(call).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  const tracing = await rt.trace();
  expect(call).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  expect(of(await tracing.stop(), "mark")).toEqual([]);
});
