/**
 * Channels against a sequential model: random programs of sends, receives,
 * aborts and closes on one thread must do exactly what two lists do. Within one
 * thread operations are atomic, so every outcome is determined.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chan, i32 } from "../../src/index.ts";
import { receiversAt, sendersAt, world } from "./tasks/world.ts";

const the = world(1);

type Outcome = "pending" | "sent" | "refused" | "aborted" | "ended" | number;

/** Go's channel, as two lists and a flag. */
class Model {
  readonly #capacity: number;
  readonly buffer: number[] = [];
  senders: { op: number; value: number }[] = [];
  receivers: { op: number }[] = [];
  isClosed = false;
  readonly outcomes: Outcome[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  put(value: number): boolean {
    const receiver = this.receivers.shift();
    if (receiver) this.outcomes[receiver.op] = value;
    else if (this.buffer.length < this.#capacity) this.buffer.push(value);
    else return false;
    return true;
  }

  take(): number | undefined {
    if (this.buffer.length === 0) {
      const sender = this.senders.shift();
      if (sender) this.outcomes[sender.op] = "sent";
      return sender?.value;
    }
    const value = this.buffer.shift();
    const sender = this.senders.shift();
    if (sender) {
      this.buffer.push(sender.value);
      this.outcomes[sender.op] = "sent";
    }
    return value;
  }

  send(op: number, value: number): void {
    if (this.isClosed) this.outcomes[op] = "refused";
    else if (this.put(value)) this.outcomes[op] = "sent";
    else {
      this.outcomes[op] = "pending";
      this.senders.push({ op, value });
    }
  }

  recv(op: number): void {
    const value = this.take();
    if (value !== undefined || this.isClosed) this.outcomes[op] = value ?? "ended";
    else {
      this.outcomes[op] = "pending";
      this.receivers.push({ op });
    }
  }

  close(): boolean {
    if (this.isClosed) return false;
    this.isClosed = true;
    for (const { op } of this.senders.splice(0)) this.outcomes[op] = "refused";
    for (const { op } of this.receivers.splice(0)) this.outcomes[op] = "ended";
    return true;
  }

  abort(op: number): void {
    if (this.outcomes[op] !== "pending") return;
    this.outcomes[op] = "aborted";
    this.senders = this.senders.filter((each) => each.op !== op);
    this.receivers = this.receivers.filter((each) => each.op !== op);
  }
}

/** The same operations on a real channel. */
class Real {
  readonly c: Chan<number>;
  readonly outcomes: Outcome[] = [];
  readonly #controllers: AbortController[] = [];
  readonly #waits: Promise<void>[] = [];

  constructor(c: Chan<number>) {
    this.c = c;
  }

  start(op: number, action: (signal: AbortSignal) => unknown, ok: (value: unknown) => Outcome): void {
    const controller = (this.#controllers[op] = new AbortController());
    this.outcomes[op] = "pending";
    const settle = async (): Promise<void> => {
      try {
        this.outcomes[op] = ok(await action(controller.signal));
      } catch (error) {
        this.outcomes[op] = (error as { code?: string }).code === "ERR_CHANNEL_CLOSED" ? "refused" : "aborted";
      }
    };
    this.#waits.push(settle());
  }

  abort(op: number): void {
    this.#controllers[op]?.abort();
  }

  async settled(): Promise<void> {
    await Promise.all(this.#waits);
  }
}

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("send" as const) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("recv" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("trySend" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tryRecv" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), op: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
);

describe.each([0, 1, 2, 3, 10])("capacity %i", (capacity) => {
  test("random programs do what the model does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const model = new Model(capacity);
        const real = new Real(the.rt.chan(i32, capacity));
        const { c } = real;
        let op = 0;
        for (const each of commands) {
          const number = op++;
          if (each.do === "send") {
            model.send(number, number);
            real.start(number, (signal) => c.send(number, { signal }), () => "sent");
          } else if (each.do === "recv") {
            model.recv(number);
            real.start(number, (signal) => c.recv({ signal }), (value) => (value as number | undefined) ?? "ended");
          } else if (each.do === "trySend") {
            if (model.isClosed) expect(() => c.trySend(number)).toThrow();
            else expect(c.trySend(number)).toBe(model.put(number));
          } else if (each.do === "tryRecv") expect(c.tryRecv()).toBe(model.take());
          else if (each.do === "abort") {
            model.abort(each.op);
            real.abort(each.op);
          } else if (each.do === "turn") await the.rt.yieldNow();
          else if (model.close()) c.close();
          else expect(() => c.close()).toThrow();
          expect([c.length, receiversAt(the.rt, c), sendersAt(the.rt, c)]).toEqual([model.buffer.length, model.receivers.length, model.senders.length]);
        }
        if (model.close()) c.close();
        await real.settled();
        expect(real.outcomes).toEqual(model.outcomes);
        while (model.buffer.length > 0) expect(c.tryRecv()).toBe(model.buffer.shift());
        expect(c.tryRecv()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
