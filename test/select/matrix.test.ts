/**
 * Every combination of up to three cases of every kind, with and without
 * `otherwise`: what is chosen must be one of the cases that can proceed; if none
 * can, `otherwise`, or a wait that leaves no trace when it is aborted.
 */
import { describe, expect, test } from "vitest";
import { type Chan, type Receiver, type Sending, after, chan, i32, json, never, select, struct } from "../../src/index.ts";
import { receiversAt, sendersAt, world } from "../channel/tasks/world.ts";

const the = world(1);

type Put = { readonly value: number };
const PUT = struct({ value: i32 });

/** One case as it stands when the select begins. */
interface Stand {
  readonly spec: Receiver<unknown> | Sending | undefined;
  /** What the select gives if it chooses this case; none: it cannot proceed. */
  readonly gives?: { readonly value: unknown } | "sent" | "ERR_CHANNEL_CLOSED";
  /** Lets it proceed later; what it then gives. */
  readonly wake?: () => unknown;
  /** The channel and what it must hold if this case was not chosen. */
  readonly channel?: Chan<never>;
  readonly left?: number;
  /** How often the operand was read. */
  readonly reads?: () => number;
}

function sending(c: Chan<Put>, rest: Omit<Stand, "spec" | "channel" | "reads">): Stand {
  let reads = 0;
  const value = {
    get value() {
      reads++;
      return 5;
    },
  };
  return { spec: c.sending(value), channel: c as never, reads: () => reads, ...rest };
}

/** The kinds of case. */
const KINDS: Record<string, () => Stand> = {
  undefined: () => ({ spec: undefined }),
  never: () => ({ spec: never() }),
  "timer not due": () => ({ spec: after(1e9) }),
  "receive from what is empty": () => {
    const c = chan(i32, 2);
    return { spec: c, channel: c as never, left: 0, wake: () => c.trySend(3) && { value: 3 } };
  },
  "receive without a sender": () => {
    const c = chan(i32);
    return { spec: c, channel: c as never, left: 0, wake: () => c.trySend(4) && { value: 4 } };
  },
  "receive what is there": () => {
    const c = chan(i32, 2);
    c.trySend(1);
    c.trySend(2);
    return { spec: c, gives: { value: 1 }, channel: c as never, left: 2 };
  },
  "receive from what is closed": () => {
    const c = chan(i32, 1);
    c.close();
    return { spec: c, gives: { value: undefined } };
  },
  "send to what has room": () => sending(chan(PUT, 1), { gives: "sent", left: 0 }),
  "send to what is full": () => {
    const c = chan(PUT, 1);
    c.trySend({ value: 0 });
    return sending(c, { left: 1, wake: () => c.tryRecv() && "sent" });
  },
  "send without a receiver": () => {
    const c = chan(PUT);
    return sending(c, { left: 0, wake: () => c.tryRecv() && "sent" });
  },
  "send to what is closed": () => {
    const c = chan(PUT, 1);
    c.close();
    return sending(c, { gives: "ERR_CHANNEL_CLOSED" });
  },
};
const NAMES = Object.keys(KINDS);

/** Runs the select and says what became of it, as `gives` does. */
async function outcome(cases: Record<string, Stand["spec"]>, options: { otherwise?: boolean; signal?: AbortSignal }): Promise<{ name: string; gives: unknown }> {
  try {
    const result = (await select(cases, options)) as { case: string; value?: unknown };
    if (result.case === "otherwise") return { name: "otherwise", gives: undefined };
    return { name: result.case, gives: "value" in result ? { value: result.value } : "sent" };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { name: /select case (\w+)/.exec(message)?.[1] ?? "", gives: code ?? message };
  }
}

function check(stands: Stand[], chosen: string): void {
  stands.forEach(({ channel, left = 0, reads: times, gives }, k) => {
    if (times !== undefined) expect(times()).toBe(1);
    if (channel === undefined) return;
    expect([receiversAt(the.rt, channel), sendersAt(the.rt, channel)]).toEqual([0, 0]);
    if (`c${k}` !== chosen && gives !== "ERR_CHANNEL_CLOSED") expect(channel.length).toBe(left);
  });
}

async function tryAll(kinds: readonly string[], otherwise: boolean): Promise<void> {
  const stands = kinds.map((kind) => KINDS[kind]());
  const cases = Object.fromEntries(stands.map(({ spec }, k) => [`c${k}`, spec]));
  const ready = stands.flatMap((stand, k) => (stand.gives === undefined ? [] : [{ name: `c${k}`, gives: stand.gives as unknown }]));
  if (otherwise || ready.length > 0) {
    const chosen = await outcome(cases, { otherwise });
    if (ready.length === 0) expect(chosen.name).toBe("otherwise");
    else expect(ready).toContainEqual(chosen);
    return check(stands, chosen.name);
  }
  const controller = new AbortController();
  const waiting = outcome(cases, { signal: controller.signal });
  controller.abort(new Error("enough"));
  expect(await waiting).toEqual({ name: "", gives: "enough" });
  check(stands, "");
  for (let k = 0; k < stands.length; k++) await tryWaking(kinds, k);
}

/** With nothing ready: the one case that is made ready later is chosen, and nothing else moves. */
async function tryWaking(kinds: readonly string[], waker: number): Promise<void> {
  const stands = kinds.map((kind) => KINDS[kind]());
  const { wake } = stands[waker];
  if (wake === undefined) return;
  const waiting = outcome(Object.fromEntries(stands.map(({ spec }, k) => [`c${k}`, spec])), {});
  const gives = wake();
  expect(await waiting).toEqual({ name: `c${waker}`, gives });
  check(stands, `c${waker}`);
}

describe.each([false, true])("otherwise: %s", (otherwise) => {
  test("one case of each kind", async () => {
    for (const a of NAMES) await tryAll([a], otherwise);
  });

  test("two cases of every pair of kinds", async () => {
    for (const a of NAMES) for (const b of NAMES) await tryAll([a, b], otherwise);
  });

  test("three cases of every triple of kinds", async () => {
    for (const a of NAMES) for (const b of NAMES) for (const c of NAMES) await tryAll([a, b, c], otherwise);
  });
});

test("a select without cases is refused, with otherwise it is chosen; only disabled cases wait for the signal alone", async () => {
  expect(() => select({})).toThrow(expect.objectContaining({ code: "ERR_SELECT_EMPTY" }));
  expect(await select({}, { otherwise: true })).toEqual({ case: "otherwise" });
  const waiting = select({ a: never(), b: undefined }, { signal: AbortSignal.timeout(5) });
  await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
});

test("what is no case is refused by name, and what was encoded before it is given back", async () => {
  const c = chan(json<string>(), 1);
  const { used } = the.rt.arena.use();
  for (const bad of [5, "c", {}, null, () => undefined]) {
    expect(() => select({ fine: c.sending("x".repeat(999)), bad: bad as never })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("case bad") }));
  }
  expect(() => select({ otherwise: c }, { otherwise: true })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  expect(() => select({ fine: c.sending("x".repeat(999)), bad: c.sending(undefined as never) })).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED" }));
  expect(() => select(null as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  expect([the.rt.arena.use().used, c.length]).toEqual([used, 0]);
  c.close();
});
