/**
 * Values that lie about themselves: a message has what the engine knows of a value, and
 * reads or writes no memory of another message.
 */
import { describe, expect, test } from "vitest";
import { bytes, chan, spawn } from "../../src/index.ts";
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
