/** Wrong options are refused by every operation that takes some, also where it need not wait, and nothing has changed then. */
import { expect, test } from "vitest";
import { type SelectOptions, type WaitOptions, i32 } from "../../src/index.ts";
import { world } from "../channel/tasks/world.ts";
import { thrown } from "./until.ts";

const the = world(1);

/** Objects at which no operation has to wait. */
function operations(): { readonly each: Record<string, (options: WaitOptions) => unknown>; readonly unchanged: () => unknown; readonly end: () => void } {
  const { rt } = the;
  const [ch, room] = [rt.chan(i32, 2), rt.chan(i32, 2)];
  ch.trySend(7);
  const [mutex, rw, semaphore, group, once, barrier, counter] = [new rt.Mutex(), new rt.RwLock(), new rt.Semaphore(2), new rt.WaitGroup(), new rt.Once(), new rt.Barrier(1), new rt.Counter(1)];
  const timer = rt.after(0);
  return {
    each: {
      send: (options) => room.send(1, options),
      sendMany: (options) => room.sendMany([1, 2], options),
      recv: (options) => ch.recv(options),
      recvMany: (options) => ch.recvMany(2, options),
      "recv of a timer": (options) => timer.recv(options),
      select: (options) => rt.select({ ch }, options as SelectOptions),
      sleep: (options) => rt.sleep(0, options),
      lock: (options) => mutex.lock(options),
      readLock: (options) => rw.readLock(options),
      writeLock: (options) => rw.writeLock(options),
      acquire: (options) => semaphore.acquire(1, options),
      "wait of a wait group": (options) => group.wait(options),
      do: (options) => once.do(() => undefined, options),
      "wait of a barrier": (options) => barrier.wait(options),
      until: (options) => counter.until(1, options),
      parallelFor: (options) => rt.parallelFor(1, () => undefined, options),
    },
    unchanged: () => [ch.length, room.length, semaphore.available, once.isDone, mutex.tryLock()?.unlock(), rw.tryWriteLock()?.unlock()],
    end: () => {
      for (const each of [mutex, rw, semaphore, group, once, barrier, counter]) each.free();
      ch.tryRecv();
      ch.close();
      room.close();
    },
  };
}

test.each([[5], [{}], [null], ["abort"], [{ aborted: true }], [new EventTarget()]])("the signal %j", async (signal) => {
  const { each, unchanged, end } = operations();
  for (const [name, operation] of Object.entries(each)) expect(await thrown(() => operation({ signal } as never)), name).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("signal must be an AbortSignal, not ") });
  expect(unchanged()).toEqual([1, 0, 2, false, undefined, undefined]);
  end();
});

test.each([[5], [null], ["signal"], [true]])("the options %j", async (options) => {
  const { each, unchanged, end } = operations();
  for (const [name, operation] of Object.entries(each)) expect(await thrown(() => operation(options as never)), name).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("object") });
  expect(unchanged()).toEqual([1, 0, 2, false, undefined, undefined]);
  end();
});

test("a signal that has aborted ends each with its reason, and a select's otherwise is a boolean", async () => {
  const { each, unchanged, end } = operations();
  const reason = new Error("before");
  for (const [name, operation] of Object.entries(each)) expect(await thrown(() => operation({ signal: AbortSignal.abort(reason) })), name).toBe(reason);
  expect(unchanged()).toEqual([1, 0, 2, false, undefined, undefined]);
  expect(await thrown(() => the.rt.select({}, { otherwise: 1 as never }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  end();
});
