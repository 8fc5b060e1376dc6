/**
 * What of AsyncLocalStorage travels: a closure runs in the context of the call that
 * started it; a task starts in an empty one; what one task sets no other sees, and
 * nothing keeps a store once its task has ended.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { context as otelContext, createContextKey } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chan, context, go, group, i32, parallelMap, sleep, spawn, start, type Runtime } from "../../../src/index.ts";
import { collect } from "../../channel/tasks/dropping.ts";
import { until } from "../until.ts";
import { enters, entersAtOnce, sees, user } from "./async-context-tasks.ts";

let rt: Runtime;
beforeAll(async () => {
  // In a context: the runtime must not take it for its own.
  rt = await user.run("starter", () => start({ threads: 2 }));
});
afterAll(async () => {
  await rt.stop();
});

const NAMES = ["alice", "bob", "carol"];

describe("a closure runs in the context of the call", () => {
  test("of spawn, before and after it waits", async () => {
    const seen = await Promise.all(NAMES.map((name) => user.run(name, () => spawn(async () => [user.getStore(), await sleep(1), user.getStore()]))));
    expect(seen).toEqual(NAMES.map((name) => [name, undefined, name]));
  });

  test("of spawn outside any context: in none", async () => {
    user.run("somebody", () => go(async () => sleep(1)));
    expect(await spawn(() => user.getStore())).toBeUndefined();
  });

  test("of go", async () => {
    const seen: unknown[] = [];
    for (const name of NAMES) user.run(name, () => go(() => void seen.push(user.getStore())));
    await until(() => seen.length === NAMES.length);
    expect(seen).toEqual(NAMES);
  });

  test("of a group, also one that waited for room", async () => {
    await using tasks = group({ limit: 1 });
    const seen = await Promise.all(NAMES.map((name) => user.run(name, () => tasks.spawn(async () => (await sleep(1), user.getStore())))));
    expect(seen).toEqual(NAMES);
  });

  test("of parallelMap", async () => {
    const seen = await Promise.all(NAMES.map((name) => user.run(name, () => parallelMap([1, 2, 3], () => user.getStore()))));
    expect(seen).toEqual(NAMES.map((name) => [name, name, name]));
  });

  test("of a closure in a closure", async () => {
    expect(await user.run("alice", () => spawn(() => spawn(() => user.getStore())))).toBe("alice");
    expect(await user.run("alice", () => spawn(() => user.run("bob", () => spawn(() => user.getStore()))))).toBe("bob");
  });

  test("also among more closures than are listed one by one", async () => {
    const many = 10_500;
    const open = chan(i32);
    const seen = Array.from({ length: many }, (_, k) => user.run(String(k), () => spawn(async () => (await open.recv(), user.getStore()))));
    await spawn(() => undefined);
    open.close();
    expect(await Promise.all(seen)).toEqual(Array.from({ length: many }, (_, k) => String(k)));
  });
});

describe("a task starts in an empty context", () => {
  test.each([0, 1])("on thread %i", async (thread) => {
    expect(await user.run("alice", () => spawn.on(thread)(sees))).toEqual([null, null]);
  });

  test("whatever another one on its thread has entered, before, at the same time and after", async () => {
    const open = chan(i32);
    const first = spawn.on(0)(enters, "alice", open);
    const second = spawn.on(0)(enters, "bob", open);
    await spawn.on(0)(entersAtOnce, "carol");
    expect(await spawn.on(0)(sees)).toEqual([null, null]);
    open.close();
    expect(await Promise.all([first, second])).toEqual(["alice", "bob"]);
    expect(await spawn.on(0)(sees)).toEqual([null, null]);
  });
});

describe("what runs for nobody runs in no context", () => {
  test("a listener of a context's signal, whoever cancels", async () => {
    using ctx = context();
    const seen: unknown[] = [];
    user.run("alice", () => ctx.signal.addEventListener("abort", () => seen.push(user.getStore())));
    user.run("bob", () => ctx.cancel());
    await until(() => seen.length === 1);
    expect(seen).toEqual([undefined]);
  });

  test("or a deadline", async () => {
    const seen: unknown[] = [];
    using ctx = user.run("alice", () => context(undefined, { timeout: 2 }));
    ctx.signal.addEventListener("abort", () => seen.push(user.getStore()));
    await until(() => seen.length === 1);
    expect(seen).toEqual([undefined]);
  });

  test("a wait that a signal ends goes on in its own", async () => {
    using ctx = context();
    const waits = NAMES.map((name) => user.run(name, async () => (await sleep(1e9, { signal: ctx.signal }).catch(() => undefined), user.getStore())));
    ctx.cancel();
    expect(await Promise.all(waits)).toEqual(NAMES);
  });
});

test("a server with fifty requests at a time: each sees its own, in all that it starts", async () => {
  const requests = new AsyncLocalStorage<number>();
  const replies = chan(i32, 4);
  const server = createServer((request, response) => {
    const id = Number(request.url?.slice(1));
    void requests.run(id, async () => {
      await using tasks = group({ limit: 2 });
      const inGroup = [1, 2, 3].map(() => tasks.spawn(async () => (await sleep(1), requests.getStore())));
      const [closure, fromThread, mapped] = await Promise.all([
        spawn(async () => (await replies.send(id), await replies.recv(), requests.getStore())),
        spawn(sees),
        parallelMap([1, 2], async () => (await sleep(1), requests.getStore())),
      ]);
      response.end(JSON.stringify([closure, fromThread, mapped, await Promise.all(inGroup), requests.getStore()]));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    for (let round = 0; round < 4; round++) {
      const ids = Array.from({ length: 50 }, (_, k) => 50 * round + k);
      const answers = await Promise.all(ids.map(async (id) => (await fetch(`http://127.0.0.1:${port}/${id}`)).json()));
      expect(answers).toEqual(ids.map((id) => [id, [null, null], [id, id], [id, id, id], id]));
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("OpenTelemetry's context manager: each request's context reaches its closures and nobody else's", async () => {
  const manager = new AsyncLocalStorageContextManager().enable();
  otelContext.setGlobalContextManager(manager);
  const key = createContextKey("request");
  try {
    const seen = await Promise.all(NAMES.map((name) => otelContext.with(otelContext.active().setValue(key, name), () => spawn(async () => (await sleep(1), otelContext.active().getValue(key))))));
    expect(seen).toEqual(NAMES);
    expect(await spawn(() => otelContext.active().getValue(key))).toBeUndefined();
  } finally {
    otelContext.disable();
    manager.disable();
  }
});

test("no store is kept once its tasks have ended", { tags: ["deep"] }, async () => {
  const stores = new AsyncLocalStorage<object>();
  const freed = new Set<number>();
  const registry = new FinalizationRegistry<number>((k) => freed.add(k));
  const use = async (k: number): Promise<void> => {
    const store = { k };
    registry.register(store, k);
    await stores.run(store, async () => {
      await spawn(() => stores.getStore());
      await spawn(sees);
      await sleep(1);
      await using tasks = group();
      void tasks.spawn(() => undefined);
    });
  };
  for (let k = 0; k < 20; k++) await use(k);
  await until(async () => {
    await collect();
    return freed.size >= 19;
  });
});
