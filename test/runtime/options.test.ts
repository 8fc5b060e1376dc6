import { SHARE_ENV } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { LIMITS, type RuntimeOptions, run, start } from "../../src/index.ts";
import { resolveOptions } from "../../src/runtime/options.ts";
import { add, surroundings } from "./start-tasks.ts";
import { thrown } from "./until.ts";

const wrong: [string, unknown, string, string][] = [
  ["no object", 4, "ERR_INVALID_ARGUMENT", "4"],
  ["null", null, "ERR_INVALID_ARGUMENT", "null"],
  ["an unknown option", { thread: 2 }, "ERR_INVALID_ARGUMENT", "thread"],
  ["threads −1", { threads: -1 }, "ERR_INVALID_ARGUMENT", "-1"],
  ["threads 0", { threads: 0 }, "ERR_INVALID_ARGUMENT", "0"],
  ["threads 1.5", { threads: 1.5 }, "ERR_INVALID_ARGUMENT", "1.5"],
  ["threads NaN", { threads: NaN }, "ERR_INVALID_ARGUMENT", "NaN"],
  ["threads Infinity", { threads: Infinity }, "ERR_INVALID_ARGUMENT", "Infinity"],
  ['threads "8"', { threads: "8" }, "ERR_INVALID_ARGUMENT", '"8"'],
  ["threads 1n", { threads: 1n }, "ERR_INVALID_ARGUMENT", "1n"],
  ["threads null", { threads: null }, "ERR_INVALID_ARGUMENT", "null"],
  ["cores 0", { cores: 0 }, "ERR_INVALID_ARGUMENT", "cores must be an integer of at least 1, not 0"],
  ["too many threads", { threads: LIMITS.threads + 1 }, "ERR_LIMIT", String(LIMITS.threads)],
  ["threads 2³²", { threads: 2 ** 32 }, "ERR_LIMIT", "4294967296"],
  ["too small an arena", { arenaBytes: 1000 }, "ERR_INVALID_ARGUMENT", "1000"],
  ["too large an arena", { arenaBytes: LIMITS.arenaBytes + 1 }, "ERR_INVALID_ARGUMENT", String(LIMITS.arenaBytes)],
  ["arenaBytes 1e7 + ½", { arenaBytes: 1e7 + 0.5 }, "ERR_INVALID_ARGUMENT", "10000000.5"],
  ['arenaBytes "1e9"', { arenaBytes: "1e9" }, "ERR_INVALID_ARGUMENT", "1e9"],
  ["a heap of −5 MB", { maxOldGenerationSizeMb: -5 }, "ERR_INVALID_ARGUMENT", "-5"],
  ["a heap of NaN MB", { maxOldGenerationSizeMb: NaN }, "ERR_INVALID_ARGUMENT", "NaN"],
  ["execArgv as a text", { execArgv: "--import tsx" }, "ERR_INVALID_ARGUMENT", "execArgv must be an array of texts"],
  ["execArgv with a number", { execArgv: ["--import", 7] }, "ERR_INVALID_ARGUMENT", "execArgv[1] must be a text, not 7"],
  ["argv with an object", { argv: [{}] }, "ERR_INVALID_ARGUMENT", "argv[0] must be a text"],
  ["env as a text", { env: "A=1" }, "ERR_INVALID_ARGUMENT", "env must be an object of texts, or SHARE_ENV"],
  ["env as another symbol", { env: Symbol("SHARE_ENV") }, "ERR_INVALID_ARGUMENT", "env must be"],
  ["env with a number", { env: { PORT: 80 } }, "ERR_INVALID_ARGUMENT", "env.PORT must be a text, not 80"],
  ["resourceLimits as a number", { resourceLimits: 64 }, "ERR_INVALID_ARGUMENT", "resourceLimits must be an object"],
  ["an unknown limit", { resourceLimits: { stack: 4 } }, "ERR_INVALID_ARGUMENT", 'no limit "stack"'],
  ["a stack of 0 MB", { resourceLimits: { stackSizeMb: 0 } }, "ERR_INVALID_ARGUMENT", "resourceLimits.stackSizeMb must be an integer of at least 1, not 0"],
  ["a heap of 4 MB", { resourceLimits: { maxOldGenerationSizeMb: 4 } }, "ERR_INVALID_ARGUMENT", "at least 8, not 4"],
  ["a heap given twice", { maxOldGenerationSizeMb: 64, resourceLimits: { maxOldGenerationSizeMb: 64 } }, "ERR_INVALID_ARGUMENT", "given twice"],
  ["a name that is no text", { name: 5 }, "ERR_INVALID_ARGUMENT", "name must be a text, not 5"],
];

describe("start refuses, naming the value", () => {
  test.each(wrong)("%s", async (_name, options, code, shown) => {
    expect(await thrown(() => start(options as RuntimeOptions))).toMatchObject({ code, message: expect.stringContaining(shown) });
  });
});

describe("run refuses the same", { tags: ["deep"] }, () => {
  test.each(wrong)("%s", async (_name, options, code, shown) => {
    expect(await thrown(() => run(add as () => unknown, options as RuntimeOptions))).toMatchObject({ code, message: expect.stringContaining(shown) });
  });

  test.each([[5], ["ab"], [null]])("arguments %s, which are no array", async (args) => {
    expect(await thrown(() => run(add, { threads: 1, args: args as never }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("args") });
  });

  test.each([[undefined], [function plain() {}]])("%s, which is no task", async (main) => {
    expect(await thrown(() => run(main as never, { threads: 1 }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("task(import.meta") });
  });
});

describe("what is accepted", () => {
  test("undefined is the default", async () => {
    await using rt = await start({ threads: undefined, arenaBytes: undefined, maxOldGenerationSizeMb: undefined });
    expect(rt.threads).toBeGreaterThanOrEqual(1);
    expect((await rt.stats()).arena.limit).toBe(1_073_741_824);
  });

  test.each([
    [undefined, {}],
    [8, { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 }],
    [96, { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 12 }],
    [383, { maxOldGenerationSizeMb: 383, maxYoungGenerationSizeMb: 47 }],
    [384, { maxOldGenerationSizeMb: 384 }],
  ])("a small old generation gets a small young one: %s MB", (maxOldGenerationSizeMb, expected) => {
    expect(resolveOptions({ maxOldGenerationSizeMb }, "start").worker.resourceLimits).toEqual(expected);
  });

  test("what goes to Node: options, environment, arguments, limits", async () => {
    const before = process.env["WARREN_TEST"];
    process.env["WARREN_TEST"] = "of the process";
    try {
      await using rt = await start({ threads: 1, execArgv: ["--no-warnings"], env: { WARREN_TEST: "of the thread", NOTHING: undefined }, name: "images", argv: ["--port", "80"], resourceLimits: { stackSizeMb: 2, maxOldGenerationSizeMb: 64 } });
      expect(await rt.spawn(surroundings, "WARREN_TEST")).toEqual({ execArgv: ["--no-warnings"], env: "of the thread", argv: ["--port", "80"], stackMb: 2, heapMb: 64 });
    } finally {
      if (before === undefined) delete process.env["WARREN_TEST"];
      else process.env["WARREN_TEST"] = before;
    }
  });

  test("by default threads have the environment and the arguments of the process; with SHARE_ENV they see its changes", { tags: ["deep"] }, async () => {
    await using own = await start({ threads: 1 });
    await using sharing = await start({ threads: 1, env: SHARE_ENV });
    process.env["WARREN_LATER"] = "set after the start";
    try {
      expect(await own.spawn(surroundings, "WARREN_LATER")).toMatchObject({ env: null, argv: process.argv.slice(2), execArgv: process.execArgv });
      expect(await sharing.spawn(surroundings, "WARREN_LATER")).toMatchObject({ env: "set after the start" });
    } finally {
      delete process.env["WARREN_LATER"];
    }
  });

  test("an option that Node refuses for threads is the cause of ERR_THREAD_START", async () => {
    expect(await thrown(() => start({ threads: 1, execArgv: ["--no-such-option"] }))).toMatchObject({ code: "ERR_THREAD_START", message: expect.stringContaining("--no-such-option") });
  });

  test("more threads than cores, a small arena, a small heap", { tags: ["deep"] }, async () => {
    await using rt = await start({ threads: 3, arenaBytes: 4_194_304, maxOldGenerationSizeMb: 64 });
    expect(rt.threads).toBe(3);
    expect((await rt.stats()).arena.limit).toBe(4_194_304);
    expect(await Promise.all([0, 1, 2].map((index) => rt.spawn.on(index)(add, index, 1)))).toEqual([1, 2, 3]);
  });
});
