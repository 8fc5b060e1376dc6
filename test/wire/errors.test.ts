/** Errors across threads keep what the structured clone loses. */
import { describe, expect, test } from "vitest";
import { WarrenError, registerError } from "../../src/index.ts";
import { world } from "../channel/tasks/world.ts";
import { KnownError, UnknownError, echo, fail, throwKnown, throwUnknown, throwWarren } from "./payload-tasks.ts";

const the = world(1);
const thrown = (promise: Promise<unknown>): Promise<Error & Record<string, unknown>> => promise.then((): never => expect.fail("it did not fail"), (error: Error & Record<string, unknown>) => error);
const pass = <T>(value: T): Promise<T> => the.rt.spawn(echo, value) as Promise<T>;

describe("an error that a task throws keeps", () => {
  test("a registered class, its code and own properties, and its place in the class tree", async () => {
    const error = await thrown(the.rt.spawn(throwKnown));
    expect(error).toBeInstanceOf(KnownError);
    expect(error).toBeInstanceOf(RangeError);
    expect({ ...error }).toMatchObject({ code: "E_KNOWN", extra: { deep: [1, -0, 2n] } });
    expect([error.name, error.message, Object.prototype.toString.call(error)]).toEqual(["KnownError", "known", "[object Error]"]);
  });

  test("the nearest registered class of one that is not registered, and its own name for it", async () => {
    const error = await thrown(the.rt.spawn(throwUnknown));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).not.toBeInstanceOf(UnknownError);
    expect(error).toMatchObject({ message: "unknown", code: "MINE" });
  });

  test("a WarrenError's code and details", async () => {
    const error = await thrown(the.rt.spawn(throwWarren));
    expect(error).toBeInstanceOf(WarrenError);
    expect(error).toMatchObject({ name: "WarrenError", code: "ERR_LIMIT", details: { limit: "mine", maximum: 1, actual: 2 } });
  });

  test("its stack, which goes on to where the task was started", async () => {
    const error = await thrown(the.rt.spawn(throwKnown));
    expect(error.stack).toContain("payload-tasks.ts");
    expect(error.stack).toContain("throwKnown, spawned at");
  });

  test.each([TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])("%o", async (BuiltIn) => {
    const error = await thrown(the.rt.spawn(fail, new BuiltIn("m")));
    expect([error.constructor, error.name, error.message]).toEqual([BuiltIn, BuiltIn.name, "m"]);
  });

  test("being no error at all", async () => {
    for (const value of [5, "text", null, undefined, { code: "X" }, [1]]) {
      expect(await the.rt.spawn(fail, value).then(() => "fine", (error: unknown) => error)).toEqual(value);
    }
  });
});

describe("inside a value, an error keeps", () => {
  test("its cause, however deep", async () => {
    let error = new Error("0");
    for (let k = 1; k < 300; k++) error = new Error(String(k), { cause: error });
    let at: unknown = await pass(error);
    for (let k = 299; k >= 0; k--) {
      expect(at).toBeInstanceOf(Error);
      expect((at as Error).message).toBe(String(k));
      at = (at as Error).cause;
    }
    expect(at).toBeUndefined();
  });

  test("a cause that is no error, and the difference between undefined and none", async () => {
    expect((await pass(new Error("a", { cause: { n: 1 } }))).cause).toEqual({ n: 1 });
    expect("cause" in (await pass(new Error("a")))).toBe(false);
    expect("cause" in (await pass(new Error("a", { cause: undefined })))).toBe(true);
  });

  test("a cycle of causes: every error of it arrives", async () => {
    const [a, b] = [new Error("a"), new TypeError("b")];
    a.cause = b;
    b.cause = a;
    const back = (await pass(a)) as Error & { cause: Error };
    expect(back.message).toBe("a");
    expect(back.cause).toBeInstanceOf(TypeError);
    expect(back.cause.message).toBe("b");
    const self = new Error("self");
    self.cause = self;
    expect((await pass(self)).message).toBe("self");
  });

  test("a cycle through own properties: nothing arrives as an empty object", async () => {
    const [a, b] = [new Error("a") as Error & Record<string, unknown>, new Error("b") as Error & Record<string, unknown>];
    a["other"] = b;
    b["other"] = a;
    const back = (await pass(a)) as typeof a & { other: typeof b };
    expect(back.other.message).toBe("b");
    expect(back.other["other"]).not.toEqual({});
  });

  test("the errors of an AggregateError, also when one leads back to it", async () => {
    const inner = Object.assign(new TypeError("x"), { code: "E_X" });
    const back = await pass(new AggregateError([inner, 5], "all"));
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors).toEqual([inner, 5]);
    expect(back.errors[0]).toMatchObject({ code: "E_X" });
    inner.cause = new AggregateError([inner]);
    const cyclic = await pass(new AggregateError([inner], "cyclic"));
    expect(cyclic.errors[0]).toBeInstanceOf(TypeError);
  });

  test("everything when it is frozen", async () => {
    const back = await pass(Object.freeze(Object.assign(new RangeError("frozen"), { code: "E_F" })));
    expect(back).toBeInstanceOf(RangeError);
    expect(back).toMatchObject({ message: "frozen", code: "E_F" });
    expect(await thrown(the.rt.spawn(fail, Object.freeze(new RangeError("frozen"))))).toMatchObject({ message: "frozen" });
  });

  test("own properties that can travel, and says what could not", async () => {
    const back = (await pass(Object.assign(new Error("m"), { map: new Map([[1, 2]]), at: new Date(0), run: () => 1 }))) as unknown as Record<string, unknown>;
    expect(back["map"]).toEqual(new Map([[1, 2]]));
    expect(back["at"]).toEqual(new Date(0));
    expect(back["run"]).toMatch(/cannot be sent.*run/);
  });
});

test("registerError refuses what is no error class, and a second class of one name", () => {
  for (const bad of [class Plain {}, () => 1, undefined, "Error", class extends Error {}]) {
    expect(() => registerError(bad as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  }
  class Twice extends Error {}
  registerError(Twice);
  registerError(Twice);
  const first = Twice;
  {
    class Twice extends Error {}
    expect(Twice).not.toBe(first);
    expect(() => registerError(Twice)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("Twice") }));
  }
});

describe("built-in classes", () => {
  const classes = Object.getOwnPropertyNames(globalThis)
    .filter((name) => /Error$|^DOMException$/.test(name))
    .map((name) => (globalThis as unknown as Record<string, new (...args: never[]) => Error>)[name])
    .concat([WebAssembly.CompileError, WebAssembly.LinkError, WebAssembly.RuntimeError] as never);

  test.each(classes.map((Class) => [Class.name, Class] as const))("%s keeps its class, name, message and code", async (name, Class) => {
    const [first, second] = name === "AggregateError" ? [[new RangeError("inner")], "outer"] : name === "SuppressedError" ? [new RangeError("new"), new TypeError("old")] : ["outer", name === "DOMException" ? "AbortError" : undefined];
    const original = new Class(...([first, second, ...(name === "SuppressedError" ? ["outer"] : [])] as never[])) as Error & { code?: unknown };
    for (const arrived of [await pass(original), await thrown(the.rt.spawn(fail, original))] as (Error & { code?: unknown })[]) {
      expect(arrived).toBeInstanceOf(Class);
      expect([arrived.name, arrived.message, arrived.code, String(arrived)]).toEqual([original.name, original.message, original.code, String(original)]);
    }
  });

  test("an aborted wait's reason, through a context as well", async () => {
    const error = await thrown(the.rt.spawn(fail, AbortSignal.abort().reason));
    expect(error).toBeInstanceOf(DOMException);
    expect([error.name, error.code]).toEqual(["AbortError", 20]);
  });

  test("a class whose errors cannot be rebuilt is refused", () => {
    class Closed extends Error {
      readonly #name = "Closed";
      override get name(): string {
        return this.#name;
      }
    }
    expect(() => registerError(Closed)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    registerError(DOMException as never);
  });
});

test("a chain of causes that is deeper than the limit or than the stack: a coded refusal, or cut visibly", async () => {
  for (const length of [500, 999, 20_000]) {
    let chain = new Error("last");
    for (let k = 1; k < length; k++) chain = new Error(String(k), { cause: chain });
    const outcome = await pass(chain).then(
      (arrived) => arrived,
      (error: unknown) => error,
    );
    expect(outcome).toBeInstanceOf(Error);
    const code = (outcome as { code?: unknown }).code;
    expect([undefined, "ERR_NOT_TRANSFERABLE", "ERR_LIMIT"]).toContain(code);
    const failed = await thrown(the.rt.spawn(fail, new Error("end", { cause: "short" })));
    expect(failed.cause).toBe("short");
  }
});

