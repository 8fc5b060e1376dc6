/**
 * Values that lie about themselves: a message has what the engine knows of a value, and
 * reads or writes no memory of another message.
 */
import { describe, expect, test } from "vitest";
import { type Type, array, bytes, chan, f64, i32, map, result, spawn, struct, utf8, value } from "../../src/index.ts";
import { quiet, used, world } from "../channel/tasks/world.ts";
import { echo } from "./payload-tasks.ts";

const the = world(1);
const SECRET = "a secret of another request ".repeat(64);

class Longer extends Uint8Array {
  override get byteLength(): number {
    return 65_536;
  }
  override get length(): number {
    return 65_536;
  }
}
class Shorter extends Uint8Array {
  override get byteLength(): number {
    return 1;
  }
  override get length(): number {
    return 1;
  }
}
class Elsewhere extends Uint8Array {
  override get buffer(): ArrayBuffer {
    return new ArrayBuffer(8);
  }
  override get byteOffset(): number {
    return 4;
  }
}

const lies: Record<string, (values: number[]) => Uint8Array> = {
  "a subclass that says it is longer": (values) => new Longer(values),
  "a subclass that says it is shorter": (values) => new Shorter(values),
  "a subclass that says it is elsewhere": (values) => new Elsewhere(values),
  "own properties": (values) => Object.defineProperties(new Uint8Array(values), { length: { value: 9999 }, byteLength: { value: 9999 } }),
};

describe.each(Object.entries(lies))("%s", (_name, make) => {
  const values = [1, 2, 3, 4, 5];

  test("through a channel: what is in it, and nothing else", async () => {
    const before = used(the.rt);
    const ch = chan(bytes, 2);
    for (let k = 0; k < 20; k++) {
      await ch.send(Buffer.from(SECRET));
      await ch.recv();
      await ch.send(make(values));
      expect([...((await ch.recv()) as Uint8Array)]).toEqual(values);
    }
    ch.close();
    await quiet(the.rt);
    expect(used(the.rt)).toBeLessThanOrEqual(before + 1024);
  });

  test("as an argument and a result", async () => {
    await spawn(echo, SECRET);
    expect([...((await spawn(echo, make(values))) as Uint8Array)]).toEqual(values);
  });
});

test("views of every kind that say they are longer", async () => {
  for (const View of [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array]) {
    const view = Object.defineProperties(new View([1, 2, 3]), { length: { value: 5000 }, byteLength: { value: 40_000 }, byteOffset: { value: 0 } });
    expect(Array.from((await spawn(echo, view)) as ArrayLike<number>)).toEqual([1, 2, 3]);
  }
});

test("what only has the prototype of a view, and a proxy of one, is refused", async () => {
  for (const fake of [Object.create(Uint8Array.prototype), new Proxy(new Uint8Array(4), {})] as Uint8Array[]) {
    const ch = chan(bytes, 1);
    expect(() => ch.send(fake)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED" }));
    expect(() => spawn(echo, fake)).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE" }));
    ch.close();
  }
});

test("maps and sets that say another size, and what only has their prototype", async () => {
  class BigMap extends Map<string, number> {
    override get size(): number {
      return 1000;
    }
  }
  class EmptySet extends Set<number> {
    override [Symbol.iterator](): SetIterator<number> {
      return new Set<number>().values();
    }
  }
  expect(await spawn(echo, new BigMap([["a", 1]]))).toEqual(new Map([["a", 1]]));
  expect(await spawn(echo, new EmptySet([1, 2]))).toEqual(new Set([1, 2]));
  for (const fake of [Object.create(Map.prototype), Object.create(Date.prototype), Object.create(RegExp.prototype), Object.create(ArrayBuffer.prototype)] as object[]) {
    expect(() => spawn(echo, fake)).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE" }));
  }
});

test("an array that a getter among its elements changes arrives as it was when it was read", async () => {
  const list: unknown[] = [1, 2, 3];
  Object.defineProperty(list, 0, { enumerable: true, get: () => ((list.length = 2), "first") });
  const arrived = (await spawn(echo, [list, "after"])) as unknown[];
  expect(arrived[1]).toBe("after");
  expect((arrived[0] as unknown[])[0]).toBe("first");
});

describe("through channels of lists and values", () => {
  /** Sends `sent`, after secrets have been in the memory that it gets, and returns what comes or the code of the error. */
  function pass(type: Type<unknown>, sent: unknown): unknown {
    const [secrets, c] = [chan(array(utf8), 4), chan(type, 1)];
    for (let k = 0; k < 8; k++) {
      secrets.trySend(Array.from({ length: 1 + 8 * k }, () => SECRET));
      secrets.tryRecv();
    }
    try {
      c.trySend(sent);
      return c.tryRecv();
    } catch (error) {
      return (error as { code?: string }).code ?? error;
    } finally {
      secrets.close();
      c.close();
    }
  }
  const lying = (length: unknown): unknown[] => new Proxy([1, 2, 3], { get: (target, key) => (key === "length" ? length : Reflect.get(target, key)) });

  test.each([0, 1, 2, 4, 5000, -1, 1.5, Number.NaN, 2 ** 32, 2 ** 53, Number.POSITIVE_INFINITY, "3", 3n, null, {}])("a proxy of an array whose length is %s", (length) => {
    const isLength = typeof length === "number" && Number.isInteger(length) && length >= 0 && length <= 5000;
    for (const type of [array(i32), array(value()), value()] as Type<unknown>[]) {
      const came = pass(type, lying(length));
      // A value also has the properties that an array has in addition to its elements.
      if (isLength && type === value()) expect(came).toEqual(Object.assign(Array(length), [1, 2, 3]));
      else if (isLength && length <= 3) expect(came).toEqual([1, 2, 3].slice(0, length));
      else expect(came).toBeOneOf(["ERR_VALUE_REFUSED", "ERR_LIMIT"]);
    }
  });

  test("an array whose getters make it longer, shorter, or something else", () => {
    const grown: unknown[] = [1, 2, 3];
    Object.defineProperty(grown, 0, { enumerable: true, configurable: true, get: () => (grown.push(4, 5, 6), 1) });
    expect(pass(array(i32), grown)).toEqual([1, 2, 3]);
    for (const type of [array(f64), array(value())] as Type<unknown>[]) {
      const shrunk: unknown[] = [1, 2, 3];
      Object.defineProperty(shrunk, 0, { enumerable: true, configurable: true, get: () => ((shrunk.length = 1), 1) });
      expect(pass(type, shrunk)).toBe("ERR_VALUE_REFUSED");
    }
    const throwing = Object.defineProperty([1, 2], 1, { get: () => expect.fail("mine") });
    expect(pass(array(i32), throwing)).toBeInstanceOf(Error);
  });

  test("a getter that itself sends and receives in the middle of a message", () => {
    const [inner, outer] = [chan(array(value<unknown>()), 1), chan(value<unknown>(), 1)];
    const nested = (): unknown => {
      inner.trySend([{ deep: [1, "two"] }, "x".repeat(5000)]);
      outer.trySend(new Map([["k", inner.tryRecv()]]));
      return (outer.tryRecv() as Map<string, unknown[]>).get("k")?.[0];
    };
    const item = { get a() { return nested(); }, b: "after" };
    const list: unknown[] = ["first", 0, { c: 1 }];
    Object.defineProperty(list, 1, { enumerable: true, get: nested });
    expect(pass(value(), [item, "end"])).toEqual([{ a: { deep: [1, "two"] }, b: "after" }, "end"]);
    expect(pass(array(value()), list)).toEqual(["first", { deep: [1, "two"] }, { c: 1 }]);
    expect(pass(map(struct({ a: value(), b: utf8 })), new Map([["k", item], ["l", item]]))).toEqual(new Map([["k", { a: { deep: [1, "two"] }, b: "after" }], ["l", { a: { deep: [1, "two"] }, b: "after" }]]));
    inner.close();
    outer.close();
  });

  test("a map that changes while it is written, that says another size, or that only looks like one", () => {
    class BigMap extends Map<string, unknown> {
      override get size(): number {
        return 1000;
      }
      override forEach(): void {
        expect.fail("not called");
      }
      override [Symbol.iterator](): MapIterator<[string, unknown]> {
        return new Map<string, unknown>([["fake", 1]]).entries();
      }
    }
    const changing = (): Map<string, unknown> => {
      const made = new Map<string, unknown>();
      const item = {
        get x() {
          made.delete("c");
          for (let k = 0; k < 50; k++) made.set(`more ${k}`, 1);
          return 1;
        },
      };
      return made.set("a", item).set("b", { x: 1 }).set("c", { x: 1 });
    };
    for (const type of [map(value()), value()] as Type<unknown>[]) {
      expect(pass(type, new BigMap([["a", 1]]))).toEqual(new Map([["a", 1]]));
      expect(pass(type, changing())).toEqual(new Map(["a", "b", "c"].map((key) => [key, { x: 1 }])));
      for (const fake of [Object.create(Map.prototype), new Proxy(new Map(), {})] as object[]) expect(pass(type, fake)).toBe("ERR_VALUE_REFUSED");
    }
  });

  test("a result whose fields change, or that is an array or a proxy", () => {
    let reads = 0;
    const turning = {
      get value() {
        return reads++ === 0 ? 1 : "text";
      },
    };
    expect(pass(result(i32), turning)).toEqual({ value: 1 });
    expect(pass(result(i32), new Proxy({ error: new Error("e") }, {}))).toEqual({ error: new Error("e") });
    for (const other of [[], ["value"], new Map([["value", 1]]), Object.create({ value: 1, error: new Error("both") })] as unknown[]) expect(pass(result(i32), other)).toBe("ERR_VALUE_REFUSED");
    expect(pass(result(array(value())), { value: [Object.create(Error.prototype)] })).toSatisfy((came) => came === "ERR_VALUE_REFUSED" || (came as { value: unknown[] }).value[0] instanceof Error);
  });

  test("a regular expression with properties of another arrives as the engine knows it", () => {
    const odd = Object.defineProperties(/a+/gi, { source: { value: "(" }, flags: { value: "zz" } });
    const came = pass(value(), odd) as RegExp;
    expect([came.source, came.flags]).toEqual(["a+", "gi"]);
  });

  test("a class of array that makes something else of its parts", () => {
    class Odd extends Array<number> {
      static override get [Symbol.species](): ArrayConstructor {
        return expect.fail("not called");
      }
      override [Symbol.iterator](): ArrayIterator<number> {
        return [9, 9, 9][Symbol.iterator]();
      }
      override map(): never {
        return expect.fail("not called");
      }
    }
    const odd = new Odd(1, 2, 3);
    for (const type of [array(i32), value()] as Type<unknown>[]) expect(pass(type, odd)).toEqual([1, 2, 3]);
  });
});
