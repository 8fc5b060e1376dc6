/** One object for each live handle and thread: `===`, Map and Set work on what travels. */
import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { type Chan, Barrier, Counter, Mutex, Once, RwLock, Semaphore, WaitGroup, after, chan, chanOf, context, i32, shared, spawn, ticker } from "../../../src/index.ts";
import { world } from "../../channel/tasks/world.ts";
import { forgetAll, givesBack, isSame, keepsAndKnows } from "./identity-tasks.ts";

setFlagsFromString("--expose-gc");
world(4);

const MAKERS: Record<string, () => object> = {
  "an unbuffered channel": () => chan(i32),
  "a buffered channel": () => chan(i32, 3),
  "a channel of channels": () => chan(chanOf(i32), 1),
  "a context": () => context(),
  "a context's done channel": () => context().done,
  "an after": () => after(60_000),
  "a ticker": () => ticker(60_000),
  "a shared array": () => shared.int32(4),
  "a mutex": () => new Mutex(),
  "a read-write lock": () => new RwLock(),
  "a semaphore": () => new Semaphore(2),
  "a wait group": () => new WaitGroup(),
  "a once": () => new Once(),
  "a barrier": () => new Barrier(2),
  "a counter": () => new Counter(),
};

function end(handle: object): void {
  const { close, stop, free, cancel } = handle as Partial<Record<"close" | "stop" | "free" | "cancel", () => void>>;
  for (const call of [close, stop, free, cancel].filter((method) => typeof method === "function")) {
    try {
      call.call(handle);
    } catch {
      // Some have two of these, and the second call is refused.
    }
  }
}

describe.each(Object.keys(MAKERS))("%s", (name) => {
  test("comes back as itself, from a task and through a task's result, to main and to a thread", async () => {
    const handle = MAKERS[name]();
    expect(await spawn.on(0)(isSame, name, handle)).toBeUndefined();
    expect(await spawn.on(0)(isSame, name, handle)).toBe(true);
    expect(await spawn.on(1)(givesBack, handle)).toBe(handle);
    for (let k = 0; k < 70; k++) await spawn.on(0)(givesBack, chan(i32)).then((other) => (other as Chan<number>).close());
    globalThis.gc?.();
    expect(await spawn.on(1)(givesBack, handle)).toBe(handle);
    expect(await spawn.on(0)(isSame, name, handle)).toBe(true);
    expect(new Map([[handle, name]]).get((await spawn.on(2)(givesBack, handle)) as object)).toBe(name);
    await spawn.on(0)(forgetAll);
    end(handle);
  });
});

test("through a channel, on one thread", async () => {
  const box = chan(chanOf(i32), 1);
  const ch = chan(i32, 1);
  await box.send(ch);
  expect(await box.recv()).toBe(ch);
  await box.send(ch);
  expect(box.tryRecv()).toBe(ch);
  ch.close();
  box.close();
});

test("a thousand channels over four threads, with collections between: each is known again", async () => {
  const each = 250;
  const boxes = [0, 1, 2, 3].map(() => chan(chanOf(i32), 8));
  const backs = [0, 1, 2, 3].map(() => chan(chanOf(i32), 8));
  const tasks = boxes.map((box, thread) => spawn.on(thread)(keepsAndKnows, box, backs[thread], each));
  await Promise.all(
    boxes.map(async (box, thread) => {
      const own = Array.from({ length: each }, () => chan(i32, 1));
      const members = new Set(own);
      for (const ch of own) {
        await box.send(ch);
        expect(members.has((await backs[thread].recv()) as Chan<number>)).toBe(true);
      }
      globalThis.gc?.();
      for (const ch of own) await box.send(ch);
      expect(await tasks[thread]).toBe(each);
      for (const ch of own) ch.close();
      box.close();
      backs[thread].close();
    }),
  );
});

test("a handle whose object was collected is a new object, which works", async () => {
  const box = chan(chanOf(i32), 1);
  const keeper = chan(i32, 1);
  await (async () => {
    await spawn.on(0)(isSame, "kept there", keeper);
    await box.send(chan(i32, 1));
  })();
  for (let k = 0; k < 5; k++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const again = (await box.recv()) as Chan<number>;
  await again.send(3);
  expect(await again.recv()).toBe(3);
  again.close();
  keeper.close();
  box.close();
  await spawn.on(0)(forgetAll);
});
