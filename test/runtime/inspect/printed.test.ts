/** What console.log prints of each public object: one line that says what it is, whatever has become of it. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { contextKey, i32, json, start, struct } from "../../../src/index.ts";

const NUMBER = String.raw`#[0-9a-z]+\.\d+`;

test("each public object is one line, also in another object, and after the runtime has stopped", async () => {
  const rt = await start({ threads: 1 });
  const [ch, mutex, freed, ctx, array, unused] = [rt.chan(i32, 3), new rt.Mutex(), new rt.Mutex(), rt.context(), rt.shared.float64(1000), rt.shared.int32(0)];
  await ch.send(7);
  const guard = await mutex.lock();
  const [released, group] = [await new rt.Semaphore(2).acquire(), rt.group()];
  released.unlock();
  freed.free();
  unused.free();
  const objects: [unknown, string][] = [
    [ch, String.raw`chan\(i32, 3\) ${NUMBER}, 1 buffered`],
    [rt.oneshot(json<unknown>()), String.raw`chan\(json, 1\) ${NUMBER}, 0 buffered`],
    [ch.sending(1), String.raw`send to chan\(i32, 3\) ${NUMBER}`],
    [ch[Symbol.asyncIterator](), String.raw`iterator over chan\(i32, 3\) ${NUMBER}`],
    [rt.after(1e6), String.raw`after\(\d+ ms from now\)`],
    [rt.ticker(5), String.raw`ticker\(5 ms\)`],
    [rt.timer(1e6), String.raw`timer\(\d+ ms from now\)`],
    [rt.timer(Infinity), String.raw`timer\(not set\)`],
    [rt.afterFunc(1e6, () => 1), String.raw`afterFunc\(\d+ ms from now\)`],
    [rt.never(), "never.*"],
    [mutex, `Mutex ${NUMBER}, held by the main thread for .*`],
    [freed, `Mutex ${NUMBER}, freed`],
    [new rt.RwLock(), `RwLock ${NUMBER}, held by nobody`],
    [new rt.Semaphore(2), `Semaphore ${NUMBER}, 2 of 2 permits left`],
    [new rt.WaitGroup(), `WaitGroup ${NUMBER} at 0`],
    [new rt.Once(), `Once ${NUMBER}, .*`],
    [new rt.Barrier(2), `Barrier ${NUMBER}, 0 of 2 parties have arrived`],
    [new rt.Counter(5), `Counter ${NUMBER} at 5`],
    [guard, "guard of Mutex"],
    [released, "guard of Semaphore, released"],
    [ctx, `context ${NUMBER}`],
    [rt.context(ctx, { timeout: 1e6 }), `context ${NUMBER}, \\d+ ms left`],
    [rt.context(ctx, { deadline: 0 }), `context ${NUMBER}, cancelled`],
    [contextKey<string>("user"), 'context key "user"'],
    [array, "shared f64 array of 1000"],
    [unused, "shared i32 array of 0, freed"],
    [group, "group of 0 tasks, 0 running"],
    [rt, "runtime with 1 threads"],
    [struct({ n: i32 }), String.raw`struct\(n:i32\)`],
  ];
  for (const [object, text] of objects) {
    expect(inspect(object)).toMatch(new RegExp(`^${text}$`));
    expect(inspect([{ object }], { depth: 5 })).toMatch(new RegExp(`object: ${text} `));
  }
  await rt.stop();
  for (const [object] of objects) expect(inspect(object)).toMatch(/^[^\n]{2,80}$/);
  expect(inspect(rt)).toBe("runtime with 1 threads, stopped");
});
