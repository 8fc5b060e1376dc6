import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, WarrenError, registerError, start } from "../../../src/index.ts";
import { type Kind, QuotaError, UnregisteredError, catchBelow, fail, failAtOnce, failBelow, overflow } from "./error-tasks.ts";
import { add } from "../start-tasks.ts";
import { thrown, until } from "../until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

const failure = (kind: Kind): Promise<unknown> => thrown(() => rt.spawn(fail, kind));

describe("spawn rejects with what the task threw", () => {
  test("a registered class: class, code, own properties, cause chain, methods", async () => {
    const error = (await failure("registered")) as QuotaError;
    expect(error).toBeInstanceOf(QuotaError);
    expect(error).toMatchObject({ name: "QuotaError", message: "more than 5", code: "E_QUOTA", limit: 5, detail: { tags: ["a", "b"], when: new Date(0) } });
    expect(error.twice()).toBe(10);
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.cause).toMatchObject({ message: "the cause", cause: "a text" });
  });

  test("both stacks: where it was thrown, and where the task was spawned", async () => {
    const { stack } = (await failure("registered")) as Error;
    const [title, ...frames] = String(stack).split("\n");
    expect(title).toMatch(/Error: more than 5$/);
    const seam = frames.findIndex((line) => line.includes("task fail, spawned at"));
    expect(seam).toBeGreaterThan(0);
    expect(frames.slice(0, seam).join("\n")).toContain("error-tasks.ts");
    expect(frames.slice(seam).join("\n")).toContain("errors.test.ts");
  });

  test("an unregistered class arrives as its nearest registered one, with its name and properties", async () => {
    const error = (await failure("unregistered")) as UnregisteredError;
    expect(error).not.toBeInstanceOf(UnregisteredError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: "UnregisteredError", message: "no such class there", extra: 1 });
  });

  test("an AggregateError with its errors", async () => {
    const error = (await failure("aggregate")) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors[0]).toBeInstanceOf(QuotaError);
    expect(error.errors[1]).toMatchObject({ message: "second" });
    expect(error.errors[2]).toBe(3);
  });

  test("a WarrenError keeps code and details", async () => {
    const error = (await failure("warren")) as WarrenError;
    expect(error).toBeInstanceOf(WarrenError);
    expect(error).toMatchObject({ code: "ERR_LIMIT", details: { limit: "x", maximum: 1, actual: 2 } });
  });

  test.each<[Kind, object]>([
    ["plain", { message: "plain" }],
    ["typeError", { message: "a type error", name: "TypeError" }],
    ["frozen", { message: "frozen" }],
    ["cyclic", { message: "cyclic" }],
    ["domException", { message: "aborted", name: "AbortError" }],
  ])("%s", async (kind, shape) => {
    const error = await failure(kind);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject(shape);
  });

  test.each<[Kind, unknown]>([
    ["string", "just a text"],
    ["null", null],
    ["undefined", undefined],
    ["number", 7],
    ["object", { code: "E_PLAIN", list: [1] }],
  ])("what is no error, as it is: %s", async (kind, value) => {
    expect(await failure(kind)).toEqual(value);
  });

  test.each<[Kind, string]>([
    ["symbol", "Symbol(mine)"],
    ["function", "culprit"],
    ["classInstance", "Strange"],
  ])("what cannot travel says so and shows it: %s", async (kind, shown) => {
    expect(await failure(kind)).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining(shown) });
  });

  test("a task that throws before it has a promise", async () => {
    expect(await thrown(() => rt.spawn(failAtOnce, "registered"))).toBeInstanceOf(QuotaError);
  });

  test("a stack overflow is an error like any other, and the thread goes on", async () => {
    expect(await thrown(() => rt.spawn(overflow))).toBeInstanceOf(RangeError);
    expect(await rt.spawn(overflow).catch(() => "again")).toBe("again");
  });
});

describe("through several threads", () => {
  test("an error keeps everything over four crossings", async () => {
    const error = (await thrown(() => rt.spawn(failBelow, "registered", 2))) as QuotaError;
    expect(error).toBeInstanceOf(QuotaError);
    expect(error.twice()).toBe(10);
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.stack?.match(/spawned at/g)).toHaveLength(4);
  });

  test("a task catches what its child threw", async () => {
    expect(await rt.spawn(catchBelow, "registered")).toBe("quota 10 the cause");
    expect(await rt.spawn(catchBelow, "string")).toBe("just a text");
  });
});

describe("closures", () => {
  test("reject with the very same value", async () => {
    const mine = new UnregisteredError("identity");
    expect(await thrown(() => rt.spawn(async () => Promise.reject(mine)))).toBe(mine);
    expect(
      await thrown(() =>
        rt.spawn(() => {
          throw mine;
        }),
      ),
    ).toBe(mine);
  });
});

describe("registerError", () => {
  test("refuses what is no named error class", () => {
    const refusal = expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" });
    for (const wrong of [undefined, class Plain {}, class extends Error {}, () => 1]) expect(() => registerError(wrong as never)).toThrow(refusal);
  });

  test("refuses another class of a registered name, and takes the same again", () => {
    class Mine extends Error {}
    const Other = { Mine: class Mine extends Error {} }.Mine;
    registerError(Mine);
    expect(() => registerError(Mine)).not.toThrow();
    expect(() => registerError(Other)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });
});

test("all threads survived", async () => {
  await until(async () => (await rt.stats()).threads.every(({ load }) => load === 0));
  expect(await Promise.all([rt.spawn.on(0)(add, 1, 1), rt.spawn.on(1)(add, 1, 2)])).toEqual([2, 3]);
});
