/**
 * Selects against a sequential model: random programs of sends, receives,
 * selects, aborts and closes over two channels, on one thread. Which of several
 * ready cases a select takes is chance: the model checks that it was ready and
 * follows. When none is ready the select waits in all queues, and whoever comes
 * first ends it; then every outcome is determined. At the end what was sent is
 * what was received and what is left, and nothing is left waiting.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Chan, i32 } from "../../src/index.ts";
import { receiversAt, sendersAt, world } from "../channel/tasks/world.ts";

const the = world(1);

type Outcome = "pending" | "aborted" | "refused" | "otherwise" | { readonly case: string; readonly value?: number | undefined };

/** One operation that waits: in each of its queues stands one of its cases. */
interface Waiting {
  readonly op: number;
  readonly name: string;
  /** Of a send. */
  readonly value?: number;
}

/** A case of a select, or a single operation as a select with one case. */
interface Side {
  readonly name: string;
  readonly channel: number;
  /** Set for a send. */
  readonly value?: number;
}

class ModelChannel {
  readonly capacity: number;
  readonly buffer: number[] = [];
  senders: Waiting[] = [];
  receivers: Waiting[] = [];
  isClosed = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }
}

class Model {
  readonly channels: readonly ModelChannel[];
  readonly outcomes: Outcome[] = [];
  readonly sent: number[] = [];
  readonly received: number[] = [];

  constructor(capacities: readonly number[]) {
    this.channels = capacities.map((capacity) => new ModelChannel(capacity));
  }

  isReady({ channel, value }: Side): boolean {
    const { buffer, capacity, senders, receivers, isClosed } = this.channels[channel];
    if (isClosed) return true;
    return value === undefined ? buffer.length + senders.length > 0 : receivers.length > 0 || buffer.length < capacity;
  }

  /** Does a ready case. */
  commit(op: number, { name, channel, value }: Side): void {
    const c = this.channels[channel];
    if (value === undefined) this.outcomes[op] = { case: name, value: this.#take(c) };
    else if (c.isClosed) this.outcomes[op] = "refused";
    else {
      this.sent.push(value);
      const receiver = c.receivers[0];
      if (receiver === undefined) c.buffer.push(value);
      else this.#end(receiver, { case: receiver.name, value });
      if (receiver !== undefined) this.received.push(value);
      this.outcomes[op] = { case: name };
    }
  }

  #take(c: ModelChannel): number | undefined {
    const sender = c.senders[0];
    if (sender !== undefined) {
      c.buffer.push(sender.value as number);
      this.sent.push(sender.value as number);
      this.#end(sender, { case: sender.name });
    }
    const value = c.buffer.shift();
    if (value !== undefined) this.received.push(value);
    return value;
  }

  wait(op: number, sides: readonly Side[]): void {
    this.outcomes[op] = "pending";
    for (const { name, channel, value } of sides) {
      if (value === undefined) this.channels[channel].receivers.push({ op, name });
      else this.channels[channel].senders.push({ op, name, value });
    }
  }

  /** An operation that waits has ended: it leaves all its queues. */
  #end({ op }: { readonly op: number }, outcome: Outcome): void {
    this.outcomes[op] = outcome;
    for (const c of this.channels) {
      c.senders = c.senders.filter((each) => each.op !== op);
      c.receivers = c.receivers.filter((each) => each.op !== op);
    }
  }

  abort(op: number): void {
    if (this.outcomes[op] === "pending") this.#end({ op }, "aborted");
  }

  close(channel: number): boolean {
    const c = this.channels[channel];
    if (c.isClosed) return false;
    c.isClosed = true;
    for (let first = c.receivers[0]; first !== undefined; first = c.receivers[0]) this.#end(first, { case: first.name, value: undefined });
    for (let first = c.senders[0]; first !== undefined; first = c.senders[0]) this.#end(first, "refused");
    return true;
  }
}

const side = fc.record({ channel: fc.nat(1), isSend: fc.boolean() });
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("select" as const), sides: fc.array(side, { minLength: 1, maxLength: 4 }), otherwise: fc.nat(3).map((n) => n === 0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), op: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), channel: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
);

/** Runs one select on the real channels; its outcome as the model writes it, later. */
function start(channels: readonly Chan<number>[], sides: readonly Side[], otherwise: boolean, signal: AbortSignal, outcomes: Outcome[], op: number): Promise<void> {
  outcomes[op] = "pending";
  const cases = Object.fromEntries(sides.map(({ name, channel, value }) => [name, value === undefined ? channels[channel] : channels[channel].sending(value)]));
  const settle = async (): Promise<void> => {
    try {
      const chosen = await the.rt.select(cases, { otherwise, signal });
      outcomes[op] = chosen.case === "otherwise" ? "otherwise" : (chosen as Outcome);
    } catch (error) {
      outcomes[op] = (error as { code?: string }).code === "ERR_CHANNEL_CLOSED" ? "refused" : "aborted";
    }
  };
  return settle();
}

describe.each([
  [0, 0],
  [0, 1],
  [1, 2],
])("capacities %i and %i", (...capacities) => {
  test("random selects do what the model does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const model = new Model(capacities);
        const channels = capacities.map((capacity) => the.rt.chan(i32, capacity));
        const outcomes: Outcome[] = [];
        const controllers: AbortController[] = [];
        const waits: Promise<void>[] = [];
        for (const [op, each] of commands.entries()) {
          if (each.do === "select") {
            const sides = each.sides.map(({ channel, isSend }, k): Side => ({ name: `c${k}`, channel, ...(isSend ? { value: 100 * op + k } : {}) }));
            const ready = sides.filter((one) => model.isReady(one));
            controllers[op] = new AbortController();
            const wait = start(channels, sides, each.otherwise, controllers[op].signal, outcomes, op);
            waits.push(wait);
            if (ready.length === 0 && !each.otherwise) model.wait(op, sides);
            else {
              await wait;
              const chosen = outcomes[op];
              if (ready.length === 0) model.outcomes[op] = "otherwise";
              // A refusal does not say which closed channel it was for; it changes nothing.
              else if (chosen === "refused") {
                expect(ready.some(({ channel, value }) => value !== undefined && model.channels[channel].isClosed)).toBe(true);
                model.outcomes[op] = "refused";
              } else {
                const taken = ready.find(({ name }) => typeof chosen === "object" && chosen.case === name);
                expect(taken, `${JSON.stringify(chosen)} of ${JSON.stringify(ready)}`).toBeDefined();
                model.commit(op, taken as Side);
              }
            }
          } else if (each.do === "abort") {
            model.abort(each.op);
            controllers[each.op]?.abort();
          } else if (each.do === "turn") {
            // Then a select that has ended has left its other queues too.
            await the.rt.yieldNow();
            for (const [k, c] of channels.entries()) {
              const { receivers, senders } = model.channels[k];
              expect([receiversAt(the.rt, c), sendersAt(the.rt, c)]).toEqual([receivers.length, senders.length]);
            }
          } else if (model.close(each.channel)) channels[each.channel].close();
          else expect(() => channels[each.channel].close()).toThrow();
          expect(channels.map((c) => c.length)).toEqual(model.channels.map(({ buffer }) => buffer.length));
        }
        for (const [k, c] of channels.entries()) if (model.close(k)) c.close();
        await Promise.all(waits);
        expect(outcomes).toEqual(model.outcomes);
        const left = channels.flatMap((c) => Array.from(drain(c)));
        expect(left).toEqual(model.channels.flatMap(({ buffer }) => buffer));
        expect([...model.received, ...left].toSorted((a, b) => a - b)).toEqual(model.sent.toSorted((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });
});

function* drain(c: Chan<number>): Generator<number> {
  for (let value = c.tryRecv(); value !== undefined; value = c.tryRecv()) yield value;
}
