import { describe, expect, test } from "vitest";
import { Fifo } from "../../src/scheduler/fifo.ts";

describe("Fifo", () => {
  test("is empty at first, and again after it was drained", () => {
    const fifo = new Fifo<number>();
    expect([fifo.length, fifo.shift()]).toEqual([0, undefined]);
    fifo.push(1);
    expect([fifo.length, fifo.shift(), fifo.shift(), fifo.length]).toEqual([1, 1, undefined, 0]);
  });

  test.each([1, 15, 16, 17, 31, 33, 1000])("gives %i items back in order", (count) => {
    const fifo = new Fifo<number>();
    for (let k = 0; k < count; k++) fifo.push(k);
    expect(fifo.length).toBe(count);
    expect(Array.from({ length: count }, () => fifo.shift())).toEqual(Array.from({ length: count }, (_, k) => k));
  });

  test("wraps round at every offset, and grows while wrapped", () => {
    for (let offset = 0; offset < 20; offset++) {
      const fifo = new Fifo<number>();
      for (let k = 0; k < offset; k++) {
        fifo.push(-1);
        fifo.shift();
      }
      for (let k = 0; k < 50; k++) fifo.push(k);
      expect(Array.from({ length: 50 }, () => fifo.shift())).toEqual(Array.from({ length: 50 }, (_, k) => k));
    }
  });

  test("agrees with an array under any mix of pushes and shifts", () => {
    const fifo = new Fifo<number>();
    const model: number[] = [];
    let seed = 1;
    for (let k = 0; k < 20_000; k++) {
      seed = (seed * 48_271) % 2_147_483_647;
      // Phases of growth and of shrinkage.
      if (seed % 10 < (k % 2000 < 1000 ? 6 : 4)) {
        fifo.push(k);
        model.push(k);
      } else {
        expect(fifo.shift()).toBe(model.shift());
      }
      expect(fifo.length).toBe(model.length);
    }
  });

  test("holds on to nothing it has given back", async () => {
    const fifo = new Fifo<object>();
    let item: object | undefined = {};
    const ref = new WeakRef(item);
    fifo.push(item);
    fifo.shift();
    item = undefined;
    const { setFlagsFromString } = await import("node:v8");
    const { runInNewContext } = await import("node:vm");
    setFlagsFromString("--expose-gc");
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    (runInNewContext("gc") as () => void)();
    expect(ref.deref()).toBeUndefined();
    expect(fifo.length).toBe(0);
  });
});
