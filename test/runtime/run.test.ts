import { describe, expect, test } from "vitest";
import { chan, i32, run } from "../../src/index.ts";
import { QuotaError, failAtOnce, overflow } from "./task/error-tasks.ts";
import { thrown } from "./until.ts";
import { closureFails, goFails, mainFails, spawnFails, sumUp } from "./world-tasks.ts";

describe.each([1, 2])("run on %i threads", (threads) => {
  test("resolves with what main returns", async () => {
    expect(await run(sumUp, { threads, args: [1, 2, 3, 4, 5] })).toBe(15);
  });

  test("rejects with what main throws", async () => {
    const error = (await thrown(() => run(mainFails, { threads }))) as QuotaError;
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toMatchObject({ code: "E_QUOTA", limit: 5, cause: { message: "the cause" } });
  });

  test("rejects with the failure of a task that was started with go", async () => {
    const error = (await thrown(() => run(goFails, { threads }))) as QuotaError;
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toMatchObject({ code: "E_QUOTA", limit: 5 });
    expect(error.stack).toContain("started with go");
    expect(error.stack).toContain("world-tasks.ts");
  });
});

describe("run on one thread", () => {
  test("rejects when main throws before it has a promise", async () => {
    expect(await thrown(() => run(failAtOnce, { threads: 1, args: ["string"] }))).toBe("just a text");
    expect(await thrown(() => run(overflow, { threads: 1 }))).toBeInstanceOf(RangeError);
  });

  test("rejects with the failure of a go closure", async () => {
    expect(await thrown(() => run(closureFails, { threads: 1 }))).toMatchObject({ name: "RangeError", message: "from a closure" });
  });

  test("a failure that a spawn handles ends nothing", async () => {
    expect(await run(spawnFails, { threads: 1 })).toBe("handled just a text");
  });
});

describe("programs one after another", () => {
  test("leave nothing behind: the free functions have no runtime between them", async () => {
    for (let k = 0; k < 3; k++) expect(await run(sumUp, { threads: 1, args: [k, k] })).toBe(2 * k);
    expect(() => chan(i32)).toThrow(expect.objectContaining({ code: "ERR_NO_RUNTIME" }));
  });

  test("and at the same time", async () => {
    expect(await Promise.all([run(sumUp, { threads: 1, args: [1, 2] }), run(sumUp, { threads: 1, args: [3, 4] })])).toEqual([3, 7]);
  });
});
